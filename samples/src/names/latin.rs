//! Cultures that write Latin letters.

use super::{Culture, Order, Place};

// One name a line would bury the file.
#[rustfmt::skip]
pub(super) const CULTURES: &[Culture] = &[
    Culture {
        weight: 40.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("US", "America/New_York", -5, "USD", 40.0),
            Place::new("US", "America/Chicago", -6, "USD", 25.0),
            Place::new("US", "America/Denver", -7, "USD", 8.0),
            Place::new("US", "America/Los_Angeles", -8, "USD", 22.0),
            Place::new("US", "America/Anchorage", -9, "USD", 1.0),
            Place::new("US", "Pacific/Honolulu", -10, "USD", 1.0),
            Place::new("CA", "America/Toronto", -5, "USD", 8.0),
            Place::new("CA", "America/Vancouver", -8, "USD", 4.0),
            Place::new("AU", "Australia/Sydney", 10, "USD", 4.0),
            Place::new("NZ", "Pacific/Auckland", 12, "USD", 2.0),
        ],
        women: &[
            "Emma", "Olivia", "Ava", "Charlotte", "Amelia", "Harper", "Abigail", "Emily", "Ella", "Madison", "Grace", "Hannah",
            "Natalie", "Zoe", "Leah", "Audrey", "Savannah", "Brooklyn", "Claire", "Lucy", "Paisley", "Caroline", "Ruby",
            "Tamika", "Kiana", "Maya", "Imani", "Josephine", "Margaret", "Ruth", "Diane", "Heather", "Megan", "Rachel",
        ],
        men: &[
            "Liam", "Noah", "James", "William", "Benjamin", "Lucas", "Henry", "Mason", "Ethan", "Jackson", "Samuel", "Owen",
            "Wyatt", "Caleb", "Isaac", "Nathan", "Aaron", "Levi", "Darius", "Malik", "Tyrone", "Walter", "Dennis", "Keith",
            "Kyle", "Travis", "Brandon", "Marcus", "Theodore", "Elliot", "Hugo", "Jasper", "Warren", "Clifford",
        ],
        families_of_women: &[],
        families: &[
            "Smith", "Johnson", "Williams", "Brown", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Moore", "Jackson",
            "Martin", "Thompson", "White", "Harris", "Clark", "Lewis", "Robinson", "Walker", "Young", "Allen", "King", "Wright",
            "Scott", "Hill", "Green", "Adams", "Baker", "Nelson", "Carter", "Mitchell", "Roberts", "Turner", "Phillips",
            "Campbell", "Parker", "Evans", "Edwards", "Collins", "Stewart", "Morris", "Rogers", "Reed", "Cook", "Morgan", "Bell",
            "Murphy", "Bailey", "Cooper", "Richardson", "Howard", "Ward", "Peterson", "Gray", "Ramsey", "Watson", "Brooks",
            "Kelly", "Sanders", "Price", "Bennett", "Wood", "Barnes", "Ross", "Henderson", "Coleman", "Jenkins", "Perry",
        ],
        companies: &["{} Plumbing & Heating LLC", "{} & Sons Roofing", "{} Electric Inc.", "{} HVAC Services", "{} Landscaping Co.", "{} Pest Control, Inc.", "{} Elevator Repair"],
    },
    Culture {
        weight: 11.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("GB", "Europe/London", 0, "GBP", 10.0),
            Place::new("IE", "Europe/Dublin", 0, "EUR", 2.0),
        ],
        women: &[
            "Isla", "Freya", "Poppy", "Florence", "Siobhán", "Niamh", "Aoife", "Imogen", "Beatrice", "Rhiannon", "Gemma",
            "Philippa", "Eilidh", "Cerys", "Georgina", "Harriet",
        ],
        men: &[
            "Oliver", "Alfie", "Rhys", "Callum", "Seán", "Pádraig", "Rory", "Angus", "Gareth", "Nigel", "Alistair", "Ewan",
            "Fergus", "Dylan", "Toby", "Rupert",
        ],
        families_of_women: &[],
        families: &[
            "O'Connor", "O'Sullivan", "MacLeod", "McCarthy", "Ó Briain", "Fitzgerald", "Davies", "Llewellyn", "Ashworth",
            "Pemberton", "Hargreaves", "Sinclair", "Doherty", "Gallagher", "Byrne", "Whitaker", "Clarke", "Hughes", "Shaw",
            "Featherstonehaugh", "Cholmondeley-Ward", "Fraser",
        ],
        companies: &["{} & Daughters Ltd", "{} Drainage Services Ltd", "{} Gas and Boilers", "{} Groundworks plc", "{} Joinery"],
    },
    Culture {
        weight: 8.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("DE", "Europe/Berlin", 1, "EUR", 10.0),
            Place::new("AT", "Europe/Vienna", 1, "EUR", 2.0),
            Place::new("CH", "Europe/Zurich", 1, "EUR", 1.0),
        ],
        women: &[
            "Käthe", "Jördis", "Annika", "Lena", "Franziska", "Heike", "Ursula", "Wiebke", "Sabine", "Mareike", "Birgit",
            "Johanna", "Leonie", "Svenja",
        ],
        men: &[
            "Jürgen", "Björn", "Günther", "Matthias", "Florian", "Sören", "Lukas", "Torsten", "Kai", "Uwe", "Friedrich", "Jörg",
            "Moritz", "Emil",
        ],
        families_of_women: &[],
        families: &[
            "Müller", "Schröder", "Groß", "Weiß", "Köhler", "Schäfer", "Jäger", "Böhm", "Fischer", "von der Heide", "Krüger",
            "Vogel", "Günther", "Bäcker", "Straßmann", "Hoffmann", "Zimmermann", "Lüdenscheidt",
        ],
        companies: &["{} Haustechnik GmbH", "{} Elektro GmbH & Co. KG", "Dachdeckerei {}", "{} Gebäudereinigung AG", "Malermeister {}"],
    },
    Culture {
        weight: 6.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("FR", "Europe/Paris", 1, "EUR", 8.0),
            Place::new("BE", "Europe/Brussels", 1, "EUR", 2.0),
            Place::new("CA", "America/Montreal", -5, "USD", 2.0),
        ],
        women: &[
            "Élodie", "Zoé", "Chloé", "Amélie", "Hélène", "Maëlle", "Noémie", "Anne-Sophie", "Françoise", "Inès", "Océane", "Léa",
        ],
        men: &[
            "François", "Jérôme", "Rémi", "Loïc", "Gaël", "Théo", "Noël", "Jean-Baptiste", "Étienne", "Cédric", "Grégoire",
            "Aurélien",
        ],
        families_of_women: &[],
        families: &[
            "Lefèvre", "Dupré", "L'Hôpital", "d'Aubigné", "Béranger", "Châtelain", "Gagné", "Lemaître", "Pâquet", "Durand",
            "Rousseau", "Saint-Exupéry", "Fabre", "Garçon", "Besançon", "Le Goff",
        ],
        companies: &["Établissements {}", "{} Plomberie SARL", "{} et Fils", "Électricité {} SAS"],
    },
    Culture {
        weight: 6.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("ES", "Europe/Madrid", 1, "EUR", 5.0),
            Place::new("MX", "America/Mexico_City", -6, "USD", 4.0),
            Place::new("AR", "America/Argentina/Buenos_Aires", -3, "USD", 2.0),
            Place::new("CO", "America/Bogota", -5, "USD", 2.0),
        ],
        women: &[
            "María José", "Lucía", "Sofía", "Ángela", "Begoña", "Inés", "Ximena", "Pilar", "Verónica", "Rocío", "Belén", "Marta",
        ],
        men: &[
            "José", "Andrés", "Íñigo", "Raúl", "Joaquín", "Ramón", "Álvaro", "Germán", "Nicolás", "Martín", "Óscar", "Iván",
        ],
        families_of_women: &[],
        families: &[
            "García Márquez", "Núñez", "Ibáñez", "Muñoz", "Peña", "Gutiérrez", "Hernández", "Sáenz de Urturi", "Yáñez", "Castaño",
            "Ordóñez", "Quiñones", "López", "Vázquez", "de la Cruz", "Etxeberria",
        ],
        companies: &["Instalaciones {} S.L.", "{} Hermanos S.A. de C.V.", "Climatización {}", "Cerrajería {}"],
    },
    Culture {
        weight: 4.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("PT", "Europe/Lisbon", 0, "EUR", 3.0),
            Place::new("BR", "America/Sao_Paulo", -3, "USD", 5.0),
        ],
        women: &["Conceição", "Inês", "Júlia", "Antônia", "Luísa", "Graça", "Thaís", "Beatriz", "Catarina", "Larissa"],
        men: &["João", "Estêvão", "Tomás", "Caetano", "Vinícius", "Luís", "Antônio", "Gonçalo", "Thiago", "Sebastião"],
        families_of_women: &[],
        families: &[
            "Gonçalves", "Simões", "Magalhães", "Assunção", "dos Santos", "Araújo", "Guimarães", "Brandão", "Falcão", "Conceição",
            "Leão", "Ribeiro",
        ],
        companies: &["{} Manutenção Lda.", "{} Refrigeração Ltda", "Instalações {}"],
    },
    Culture {
        weight: 4.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("PL", "Europe/Warsaw", 1, "EUR", 5.0),
            Place::new("GB", "Europe/London", 0, "GBP", 1.0),
        ],
        women: &["Małgorzata", "Agnieszka", "Żaneta", "Łucja", "Bożena", "Grażyna", "Zofia", "Kinga"],
        men: &["Łukasz", "Paweł", "Michał", "Stanisław", "Wojciech", "Józef", "Krzysztof", "Błażej"],
        families_of_women: &[
            "Wiśniewska", "Wójcik", "Kamińska", "Zielińska", "Dąbrowska", "Szymańska", "Źródłowska", "Pająk", "Gołębiowska",
            "Ćwiklińska",
        ],
        families: &[
            "Wiśniewski", "Wójcik", "Kamiński", "Zieliński", "Dąbrowski", "Szymański", "Źródłowski", "Pająk", "Gołębiowski",
            "Ćwikliński",
        ],
        companies: &["{} Instalacje sp. z o.o.", "Usługi Dekarskie {}", "{} Serwis"],
    },
    Culture {
        weight: 2.5,
        order: Order::GivenFirst,
        places: &[
            Place::new("CZ", "Europe/Prague", 1, "EUR", 4.0),
            Place::new("SK", "Europe/Bratislava", 1, "EUR", 2.0),
        ],
        women: &["Kateřina", "Tereza", "Růžena", "Zdeňka", "Eliška", "Ľubica", "Žofie", "Barbora"],
        men: &["Jiří", "Ondřej", "Lukáš", "Matěj", "Vojtěch", "Ľuboš", "Tomáš", "Řehoř"],
        families_of_women: &["Nováková", "Dvořáková", "Černá", "Procházková", "Kučerová", "Růžičková", "Jeřábková", "Šťastná"],
        families: &["Novák", "Dvořák", "Černý", "Procházka", "Kučera", "Růžička", "Jeřábek", "Šťastný"],
        companies: &["{} Elektroinstalace s.r.o.", "Topenářství {}", "{} Servis a.s."],
    },
    Culture {
        weight: 4.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("SE", "Europe/Stockholm", 1, "EUR", 5.0),
            Place::new("NO", "Europe/Oslo", 1, "EUR", 3.0),
            Place::new("DK", "Europe/Copenhagen", 1, "EUR", 3.0),
            Place::new("FI", "Europe/Helsinki", 2, "EUR", 2.0),
            Place::new("IS", "Atlantic/Reykjavik", 0, "EUR", 1.0),
        ],
        women: &["Åsa", "Märta", "Sølvi", "Ingrid", "Bjørg", "Päivi", "Þórdís", "Astrid", "Maja", "Hæge", "Ylva", "Aino"],
        men: &["Göran", "Åke", "Øyvind", "Søren", "Pär", "Jørgen", "Väinö", "Þorsteinn", "Håkon", "Mikkel", "Lars", "Eero"],
        families_of_women: &[],
        families: &[
            "Åkesson", "Sjöberg", "Ødegård", "Kjærgaard", "Bäckström", "Hämäläinen", "Björk", "Næss", "Lindqvist", "Strøm",
            "Mäkelä", "Nygård", "Østergaard", "Löfgren",
        ],
        companies: &["{} Rör AB", "{} Elektro AS", "{} VVS ApS", "{} Huolto Oy"],
    },
    Culture {
        weight: 2.0,
        order: Order::GivenFirst,
        places: &[Place::new("NL", "Europe/Amsterdam", 1, "EUR", 4.0), Place::new("IT", "Europe/Rome", 1, "EUR", 4.0)],
        women: &["Noor", "Fleur", "Giulia", "Chiara", "Sanne", "Alessia", "Marijke", "Niccolina"],
        men: &["Daan", "Joris", "Niccolò", "Matteo", "Pieter", "Lorenzo", "Thijs", "Giosuè"],
        families_of_women: &[],
        families: &["van den Berg", "de Vries", "D'Angelo", "Dell'Acqua", "'t Hart", "Rossi", "van 't Hoff", "Colombo", "Nicolò"],
        companies: &["{} Installatietechniek B.V.", "{} Impianti S.r.l.", "Fratelli {} S.p.A."],
    },
    Culture {
        weight: 2.0,
        order: Order::GivenFirst,
        places: &[Place::new("TR", "Europe/Istanbul", 3, "USD", 3.0), Place::new("DE", "Europe/Berlin", 1, "EUR", 2.0)],
        women: &["Ayşe", "Gülşen", "Çiğdem", "Şebnem", "İpek", "Tuğba", "Özlem", "Elif"],
        men: &["Oğuz", "İbrahim", "Çağrı", "Ömer", "Barış", "Tolga", "Uğur", "Kağan"],
        families_of_women: &[],
        families: &["Yılmaz", "Öztürk", "Çelik", "Şahin", "Aydoğan", "Güneş", "Kılıç", "Işık", "Özdemir", "Doğru"],
        companies: &["{} Tesisat Ltd. Şti.", "{} İnşaat A.Ş."],
    },
    Culture {
        weight: 1.5,
        order: Order::FamilyFirst,
        places: &[Place::new("VN", "Asia/Ho_Chi_Minh", 7, "USD", 3.0), Place::new("US", "America/Los_Angeles", -8, "USD", 2.0)],
        women: &["Thị Ngọc Ánh", "Mai Hương", "Thuỳ Dương", "Bích Phượng", "Minh Châu", "Khánh Vy"],
        men: &["Văn Hùng", "Quốc Bảo", "Minh Đức", "Hoàng Anh", "Tấn Phát", "Trọng Nghĩa"],
        families_of_women: &[],
        families: &["Nguyễn", "Trần", "Lê", "Phạm", "Đặng", "Võ", "Bùi", "Đỗ"],
        companies: &["Công ty TNHH {}", "Điện lạnh {}"],
    },
    Culture {
        weight: 1.5,
        order: Order::GivenFirst,
        places: &[
            Place::new("NG", "Africa/Lagos", 1, "USD", 3.0),
            Place::new("KE", "Africa/Nairobi", 3, "USD", 2.0),
            Place::new("GH", "Africa/Accra", 0, "USD", 1.0),
        ],
        women: &["Ngozi", "Adaeze", "Fúnmiláyọ̀", "Wanjiku", "Akosua", "Zainab", "Chidinma"],
        men: &["Chukwuemeka", "Olúwaṣeun", "Kwame", "Otieno", "Babátúndé", "Musa", "Ikenna"],
        families_of_women: &[],
        families: &["Okonkwo", "Adéyẹmí", "Mwangi", "Owusu", "Balogun", "Ọláwálé", "Kamau", "Eze", "Mensah"],
        companies: &["{} Engineering Ltd", "{} Solar Services", "{} Borehole & Pumps"],
    },
    Culture {
        weight: 0.7,
        order: Order::GivenOnly,
        places: &[Place::new("ID", "Asia/Jakarta", 7, "USD", 1.0)],
        women: &["Suharti", "Wulandari", "Kartini", "Sulastri", "Ningsih"],
        men: &["Sukarno", "Supriyadi", "Widodo", "Hartono", "Suyanto"],
        families_of_women: &[],
        families: &["Nusantara", "Merdeka", "Sejahtera"],
        companies: &["PT {} Teknik", "CV {} Jaya"],
    },
];
