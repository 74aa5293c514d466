"""Two words by which people who have never met know each other, while nobody else learns who they are. Pure.

Everyday words of two or three syllables, said alike by whoever speaks little French: no name, no place, no number, no
faith, nothing that frightens, and no two that sound alike.
"""

import secrets

WORDS = (
    "abricot", "acajou", "ananas", "arachide", "assiette", "balafon", "bambou", "banane", "baobab", "bateau",
    "bougie", "bouquet", "cahier", "calebasse", "caramel", "cartable", "casserole", "chapeau", "chemise",
    "citron", "coquillage", "corbeille", "crayon", "cuillère", "dentelle", "écharpe", "escalier", "éventail", "farine",
    "fenêtre", "filao", "flamboyant", "fontaine", "galette", "gazelle", "gingembre", "goyave", "horloge", "jardin",
    "kora", "lanterne", "libellule", "limonade", "mandarine", "mangue", "marmite", "menuisier", "mouchoir", "nénuphar",
    "orange", "palmier", "panier", "papaye", "papillon", "parasol", "pélican", "pirogue", "pistache", "poivron",
    "savonnette", "tabouret", "tamarin", "tambour", "théière", "tissage", "tortue", "tournesol", "vanille", "voilier",
)  # fmt: skip


def draw_pair() -> tuple[str, str]:
    """What the one who comes says, and what the person answers; never the same."""
    asked, answered = secrets.SystemRandom().sample(WORDS, 2)
    return asked, answered
