"""The review page: routes, forms, guard, templates."""
