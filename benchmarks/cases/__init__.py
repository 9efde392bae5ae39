"""The cases, a module per room of the product."""
