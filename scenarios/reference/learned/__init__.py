"""Sites of other shapes than the reference site, held to what was approved of them."""
