"""The main job as a script that ends: a photographed power-cut letter travels from a phone to an energy supplier."""
