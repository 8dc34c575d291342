"""A made-up listing of sites from several sources, as dirty as real ones: the same site under other names, moved and misspelt words,
abbreviated streets, telephone numbers without area or of a switchboard, chains with branches, several sites in one house. From a seed.
"""

import random

SYLLABLES = "ba be bo da do fa ga ka ko la le li lo ma me mi mo na ne no pa ra re ri ro sa se si so ta te ti to va ve vi zo".split()
KINDS = ["Day Care", "Early Learning Center", "Child Development Center", "Preschool", "Head Start", "Academy", "Community Center", "Nursery School",
         "Learning Academy", "Family Services", "School", "Montessori School", "Kids Club", "Childcare"]
FIRST = ["Little", "Happy", "Bright", "Young", "New", "First", "Sunny", "Precious", "Busy", "Rainbow", "Kiddie", "Tiny", "Golden", "Loving"]
SECOND = ["Stars", "Angels", "Scholars", "Steps", "Hands", "Minds", "Bees", "Explorers", "Friends", "Footprints", "Wonders", "Hearts", "Learners"]
TYPES = [("Street", "St"), ("Avenue", "Ave"), ("Boulevard", "Blvd"), ("Road", "Rd"), ("Drive", "Dr"), ("Place", "Pl")]
SIDES = [("North", "N"), ("South", "S"), ("East", "E"), ("West", "W")]
SHORT = {"Center": "Ctr", "Development": "Dev", "Community": "Comm", "Academy": "Acad", "Services": "Svcs", "School": "Sch", "Child": "Chld",
         "Saint": "St", "Learning": "Lrng", "Family": "Fam"}


def word(rng, low=2, high=4):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(low, high))).capitalize()


def slip(rng, text):
    if len(text) < 5:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice([text[:at] + text[at + 1:], text[:at] + text[at] + text[at:], text[:at] + text[at + 1] + text[at] + text[at + 2:],
                       text[:at] + rng.choice("aeiourst") + text[at + 1:]])


def site(rng, streets, chains):
    """A true site: name, the words a source may add, street, number, postcode, telephone."""
    chain = rng.choice(chains) if rng.random() < 0.3 else None
    street, sides, kind, postcode = rng.choice(streets)
    if chain:
        name = chain["name"] + (f" {word(rng)}" if rng.random() < 0.75 else "")
    else:
        name = rng.choice([
            lambda: f"{word(rng)} {rng.choice(KINDS)}",
            lambda: f"{rng.choice(FIRST)} {rng.choice(SECOND)} {rng.choice(KINDS)}",
            lambda: f"{word(rng)} {word(rng)} {rng.choice(KINDS)}",
            lambda: f"{word(rng)}'s {rng.choice(FIRST)} {rng.choice(SECOND)}",
            lambda: f"Saint {word(rng)} {rng.choice(KINDS)}",
        ])()
    phone = chain["phone"] if chain and rng.random() < 0.35 else f"{rng.choice(['312', '773'])}{rng.randint(2000000, 9999999)}"
    return {"name": name, "parent": chain["name"] if chain else f"{word(rng)} {rng.choice(KINDS)}", "number": rng.randint(1, 9999), "side": sides,
            "street": street, "kind": kind, "postcode": postcode, "phone": phone}


def name_of(rng, true):
    words = true["name"].split()
    if rng.random() < 0.22:
        words = [SHORT.get(one, one) for one in words]
    if rng.random() < 0.18 and len(words) > 2:
        words.pop()
    if rng.random() < 0.12 and len(words) > 1:
        words = words[1:] + words[:1]
    if rng.random() < 0.15:
        at = rng.randrange(len(words))
        words[at] = slip(rng, words[at])
    text = " ".join(words)
    draw = rng.random()
    if draw < 0.10:
        text = f"{true['parent']} - {text}"
    elif draw < 0.16:
        text = f"{text} / {true['parent']}"
    elif draw < 0.21:
        text += rng.choice([" Inc", ", Inc.", " I", " LLC", " Site"])
    elif draw < 0.25:
        text = true["parent"]
    return rng.choice([text, text, text.upper(), text.lower()])


def address_of(rng, true):
    number = true["number"] + (rng.choice([-2, 1, 2, 10]) if rng.random() < 0.03 else 0)
    street = slip(rng, true["street"]) if rng.random() < 0.06 else true["street"]
    side, kind = rng.choice(true["side"]), rng.choice(true["kind"])
    parts = [str(number), "" if rng.random() < 0.08 else side, street, "" if rng.random() < 0.25 else kind + rng.choice(["", "."])]
    text = " ".join(part for part in parts if part)
    return text + (rng.choice([" Suite 2", " #1", " 2nd Floor", ", Chicago"]) if rng.random() < 0.06 else "")


def phone_of(rng, true):
    digits = true["phone"]
    if rng.random() < 0.12:
        return ""
    if rng.random() < 0.06:
        digits = digits[:3] + str(rng.randint(2000000, 9999999))
    if rng.random() < 0.03:
        at = rng.randrange(3, 10)
        digits = digits[:at] + str(rng.randint(0, 9)) + digits[at + 1:]
    return rng.choice([digits[3:], digits[3:], f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", digits])


def make(seed, sites=1162):
    """Header, rows in random order, and the true site of each."""
    rng = random.Random(seed)
    streets = [(word(rng), rng.choice(SIDES), rng.choice(TYPES), f"606{rng.randint(1, 60):02}") for _ in range(260)]
    chains = [{"name": f"{word(rng)} {rng.choice(KINDS)}", "phone": f"312{rng.randint(2000000, 9999999)}"} for _ in range(45)]
    rows = []
    before = None
    for place in range(sites):
        true = site(rng, streets, chains)
        if before and rng.random() < 0.05:
            # Another site in the same house.
            true |= {key: before[key] for key in ("number", "side", "street", "kind", "postcode")}
        before = true
        for _ in range(min(9, 1 + int(rng.expovariate(1 / 2.2)))):
            postcode = "" if rng.random() < 0.3 else true["postcode"]
            rows.append((place, [name_of(rng, true), address_of(rng, true) if rng.random() > 0.04 else "", postcode, phone_of(rng, true)]))
    rng.shuffle(rows)
    return ["Site name", "Address", "Zip", "Phone"], [row for _, row in rows], [place for place, _ in rows]
