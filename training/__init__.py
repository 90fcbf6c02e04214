"""Makes the weights of the page net: synthetic photos, training, evaluation. The services never import it."""
