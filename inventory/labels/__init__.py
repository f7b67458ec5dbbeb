"""Labels of items, lots and bins: what stands on them, and their symbols."""
