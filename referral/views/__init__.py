"""The screens: thin. A view loads with access, validates, calls one service, redirects."""
