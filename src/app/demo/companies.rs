//! The cast of the demo: made-up companies of one region, the same on all sites. Knows no page and no time.

/// One made-up company.
pub(super) struct Company {
    pub name: &'static str,
    pub domain: &'static str,
    pub tax_id: &'static str,
    pub phone: &'static str,
    pub place: &'static str,
    pub region: &'static str,
    pub industry: &'static str,
    pub people: u32,
    pub about: &'static str,
}

const fn company(
    id: (&'static str, &'static str, &'static str, &'static str),
    place: (&'static str, &'static str),
    work: (&'static str, u32, &'static str),
) -> Company {
    Company {
        name: id.0,
        domain: id.1,
        tax_id: id.2,
        phone: id.3,
        place: place.0,
        region: place.1,
        industry: work.0,
        people: work.1,
        about: work.2,
    }
}

/// Everybody. The first twelve are in the directory from the start; the others turn up on the other sites only.
pub(super) const COMPANIES: &[Company] = &[
    company(
        ("Talleres García, S.L.", "talleresgarcia.example", "B12345674", "+34 911 234 501"),
        ("Getafe", "Madrid"),
        ("Metalworking", 48, "Welded frames and machine parts in small series."),
    ),
    company(
        ("Conservas del Norte, S.A.", "conservasdelnorte.example", "A48265169", "+34 944 123 402"),
        ("Bermeo", "Bizkaia"),
        ("Food processing", 310, "Canned tuna and anchovies for retail brands."),
    ),
    company(
        ("Frutas Levante, S.L.", "frutaslevante.example", "B46103834", "+34 963 450 113"),
        ("Alzira", "Valencia"),
        ("Food processing", 120, "Citrus packing house with own cold stores."),
    ),
    company(
        ("Logística Ebro, S.A.", "logisticaebro.example", "A50001726", "+34 976 221 304"),
        ("Zaragoza", "Zaragoza"),
        ("Logistics", 540, "Warehousing and road transport, nine sites."),
    ),
    company(
        ("Bodegas Río Alto, S.A.", "bodegasrioalto.example", "A26019992", "+34 941 330 205"),
        ("Haro", "La Rioja"),
        ("Beverages", 85, "Wine, bottled at the estate."),
    ),
    company(
        ("Lácteos Cantábricos, S.Coop.", "lacteoscantabricos.example", "F39001284", "+34 942 760 106"),
        ("Torrelavega", "Cantabria"),
        ("Food processing", 230, "Milk, cheese and yoghurt of 140 farms."),
    ),
    company(
        ("Imprenta Sol, S.L.", "imprentasol.example", "B28017895", "+34 915 550 107"),
        ("Madrid", "Madrid"),
        ("Printing", 22, "Labels and folding boxes."),
    ),
    company(
        ("Cerámicas Onda, S.A.", "ceramicasonda.example", "A12032454", "+34 964 600 208"),
        ("Onda", "Castellón"),
        ("Ceramics", 190, "Floor tiles for export."),
    ),
    company(
        ("Aceites Sierra Sur, S.L.", "aceitessierrasur.example", "B23401003", "+34 953 580 109"),
        ("Alcalá la Real", "Jaén"),
        ("Food processing", 64, "Olive oil mill and bottling line."),
    ),
    company(
        ("Farmacéutica Ibérica, S.A.", "farmaiberica.example", "A08104218", "+34 932 110 210"),
        ("Sant Cugat", "Barcelona"),
        ("Pharmaceuticals", 720, "Generic medicines, three plants."),
    ),
    company(
        ("Muebles Nogal, S.L.", "mueblesnogal.example", "B30027338", "+34 968 720 111"),
        ("Yecla", "Murcia"),
        ("Furniture", 75, "Tables and chairs in solid wood."),
    ),
    company(
        ("Piensos Duero, S.L.", "piensosduero.example", "B47013438", "+34 983 880 112"),
        ("Medina del Campo", "Valladolid"),
        ("Food processing", 41, "Compound feed for cattle and pigs."),
    ),
    company(
        ("Congelados Rías, S.A.", "congeladosrias.example", "A36007219", "+34 986 300 113"),
        ("Vigo", "Pontevedra"),
        ("Food processing", 280, "Frozen fish and ready meals."),
    ),
    company(
        ("Transportes Miño, S.L.", "transportesmino.example", "B32004335", "+34 988 210 114"),
        ("Ourense", "Ourense"),
        ("Logistics", 96, "Refrigerated transport to Portugal and France."),
    ),
    company(
        ("Hortalizas Ponent, S.Coop.", "hortalizasponent.example", "F25003211", "+34 973 440 115"),
        ("Lleida", "Lleida"),
        ("Food processing", 150, "Vegetables washed, cut and bagged."),
    ),
    company(
        ("Química Tarraco, S.A.", "quimicatarraco.example", "A43001221", "+34 977 540 116"),
        ("Tarragona", "Tarragona"),
        ("Chemicals", 330, "Cleaning agents for industry."),
    ),
];

/// What somebody may be looking for, with the words of the advertisement.
pub(super) const WANTED: &[&str] = &[
    "Wanted: 4,000 euro pallets a month, long-term contract",
    "Looking for a supplier of corrugated boxes with print",
    "Request for offers: stretch-film wrapping machine",
    "Wanted: labelling line for 6,000 bottles an hour",
    "Looking for a packaging partner for export cartons",
];

/// What somebody may offer.
pub(super) const OFFERED: &[&str] = &[
    "Used forklift, 2.5 t, serviced",
    "Surplus stainless steel tanks",
    "Conveyor, 12 m, as new",
    "Palletising cell, 2019",
    "Lot of 800 plastic crates",
];

/// What the press may write about somebody.
pub(super) const NEWS: &[&str] = &[
    "{} opens a second plant and looks for packaging suppliers",
    "{} invests 12 million in a new bottling hall",
    "{} wins export award",
    "{} seeks logistics partners for northern Europe",
    "{} plans a cold store with 20,000 pallet places",
];

/// Whom somebody may want to employ.
pub(super) const VACANCIES: &[&str] =
    &["Purchasing manager", "Packaging engineer", "Head of logistics", "Maintenance technician", "Warehouse planner"];
