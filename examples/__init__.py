"""Small programs that integrate with Amtsbote; the tests run them."""
