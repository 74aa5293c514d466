"""The demonstration: invented people in invented centres, played through the product's own services."""
