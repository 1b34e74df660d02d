//! Cultures that write other scripts. Each name stands with its ASCII form for the address: `native|ascii`.

use super::{Culture, Order, Place};

// One name a line would bury the file.
#[rustfmt::skip]
pub(super) const CULTURES: &[Culture] = &[
    // Cyrillic
    Culture {
        weight: 3.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("UA", "Europe/Kyiv", 2, "USD", 5.0),
            Place::new("PL", "Europe/Warsaw", 1, "EUR", 2.0),
            Place::new("DE", "Europe/Berlin", 1, "EUR", 1.0),
        ],
        women: &[
            "Олена|olena", "Оксана|oksana", "Ірина|iryna", "Наталія|nataliia", "Юлія|yuliia", "Софія|sofiia", "Дарина|daryna",
            "Леся|lesia",
        ],
        men: &[
            "Тарас|taras", "Богдан|bohdan", "Олександр|oleksandr", "Ярослав|yaroslav", "Микола|mykola", "Андрій|andrii",
            "Сергій|serhii", "Гліб|hlib",
        ],
        families_of_women: &[],
        families: &[
            "Шевченко|shevchenko", "Коваленко|kovalenko", "Мельник|melnyk", "Лук'яненко|lukianenko", "Ткачук|tkachuk",
            "Гриценко|hrytsenko", "Ющишин|yushchyshyn", "Бондар|bondar", "Кравець|kravets",
        ],
        companies: &["ТОВ «{} Сервіс»", "Майстерня {}", "«{} і сини»"],
    },
    Culture {
        weight: 1.5,
        order: Order::GivenFirst,
        places: &[Place::new("BG", "Europe/Sofia", 2, "EUR", 3.0), Place::new("RS", "Europe/Belgrade", 1, "EUR", 2.0)],
        women: &["Мария|maria", "Елена|elena", "Десислава|desislava", "Цветелина|tsvetelina", "Йоана|yoana", "Радка|radka"],
        men: &["Георги|georgi", "Димитър|dimitar", "Никола|nikola", "Стоян|stoyan", "Васил|vasil", "Любомир|lyubomir"],
        families_of_women: &[
            "Иванова|ivanova", "Димитрова|dimitrova", "Петрова|petrova", "Ангелова|angelova", "Тодорова|todorova",
        ],
        families: &["Иванов|ivanov", "Димитров|dimitrov", "Петров|petrov", "Ангелов|angelov", "Тодоров|todorov"],
        companies: &["{} Строй ЕООД", "{} Инсталације д.о.о."],
    },
    Culture {
        weight: 1.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("KZ", "Asia/Almaty", 5, "USD", 2.0),
            Place::new("MN", "Asia/Ulaanbaatar", 8, "USD", 1.0),
            Place::new("IL", "Asia/Jerusalem", 2, "USD", 1.0),
        ],
        women: &["Айгуль|aigul", "Светлана|svetlana", "Гүлнар|gulnar", "Екатерина|ekaterina", "Әсел|asel"],
        men: &["Нұрлан|nurlan", "Дмитрий|dmitrii", "Ерлан|yerlan", "Фёдор|fedor", "Қайрат|qairat"],
        families_of_women: &["Сәрсенова|sarsenova", "Кузнецова|kuznetsova", "Ахметова|akhmetova", "Щербакова|shcherbakova"],
        families: &["Сәрсенов|sarsenov", "Кузнецов|kuznetsov", "Ахметов|akhmetov", "Щербаков|shcherbakov"],
        companies: &["ЖШС {} Құрылыс", "ИП {} Монтаж"],
    },
    // Greek
    Culture {
        weight: 2.0,
        order: Order::GivenFirst,
        places: &[Place::new("GR", "Europe/Athens", 2, "EUR", 5.0), Place::new("CY", "Asia/Nicosia", 2, "EUR", 1.0)],
        women: &[
            "Ελένη|eleni", "Μαρία|maria", "Αικατερίνη|aikaterini", "Χρυσούλα|chrysoula", "Δέσποινα|despoina", "Ειρήνη|eirini",
        ],
        men: &[
            "Γιώργος|giorgos", "Δημήτρης|dimitris", "Νίκος|nikos", "Κωνσταντίνος|konstantinos", "Θανάσης|thanasis",
            "Σπύρος|spyros",
        ],
        families_of_women: &[
            "Παπαδοπούλου|papadopoulou", "Βλάχου|vlachou", "Οικονόμου|oikonomou", "Γεωργίου|georgiou", "Νικολαΐδου|nikolaidou",
            "Καραμανλή|karamanli",
        ],
        families: &[
            "Παπαδόπουλος|papadopoulos", "Βλάχος|vlachos", "Οικονόμου|oikonomou", "Γεωργίου|georgiou", "Νικολαΐδης|nikolaidis",
            "Καραμανλής|karamanlis",
        ],
        companies: &["{} Κατασκευαστική ΑΕ", "Υδραυλικά {}", "Αφοί {} ΟΕ"],
    },
    // Arabic
    Culture {
        weight: 3.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("AE", "Asia/Dubai", 4, "USD", 4.0),
            Place::new("EG", "Africa/Cairo", 2, "USD", 3.0),
            Place::new("SA", "Asia/Riyadh", 3, "USD", 3.0),
            Place::new("MA", "Africa/Casablanca", 1, "EUR", 2.0),
            Place::new("JO", "Asia/Amman", 3, "USD", 1.0),
        ],
        women: &[
            "فاطمة|fatima", "مريم|maryam", "ليلى|layla", "نور|nour", "هدى|huda", "سلمى|salma", "رانيا|rania", "ياسمين|yasmin",
        ],
        men: &[
            "محمد|mohammed", "أحمد|ahmed", "يوسف|youssef", "خالد|khalid", "عمر|omar", "حسن|hassan", "كريم|karim", "طارق|tariq",
        ],
        families_of_women: &[],
        families: &[
            "المصري|almasri", "الحسيني|alhusseini", "بن علي|benali", "عبد الرحمن|abdelrahman", "النجار|alnajjar", "الخطيب|alkhatib",
            "منصور|mansour", "حداد|haddad", "الزهراني|alzahrani",
        ],
        companies: &["شركة {} للصيانة", "مجموعة {}", "{} للتكييف والتبريد"],
    },
    // Arabic letters, Persian names
    Culture {
        weight: 0.8,
        order: Order::GivenFirst,
        places: &[Place::new("AE", "Asia/Dubai", 4, "USD", 1.0), Place::new("SE", "Europe/Stockholm", 1, "EUR", 1.0)],
        women: &["پریسا|parisa", "شیرین|shirin", "نسترن|nastaran", "گلناز|golnaz"],
        men: &["آرش|arash", "کیوان|keyvan", "سهراب|sohrab", "بهرام|bahram"],
        families_of_women: &[],
        families: &["رضایی|rezaei", "تهرانی|tehrani", "کریمی|karimi", "شیرازی|shirazi"],
        companies: &["گروه فنی {}", "تاسیسات {}"],
    },
    // Hebrew
    Culture {
        weight: 2.0,
        order: Order::GivenFirst,
        places: &[Place::new("IL", "Asia/Jerusalem", 2, "USD", 1.0)],
        women: &["נועה|noa", "תמר|tamar", "שירה|shira", "יעל|yael", "מיכל|michal", "רחל|rachel", "עדי|adi"],
        men: &["דוד|david", "יוסף|yosef", "איתן|eitan", "נועם|noam", "אורי|uri", "יהונתן|yehonatan", "גיא|guy"],
        families_of_women: &[],
        families: &["כהן|cohen", "לוי|levi", "מזרחי|mizrahi", "בן-דוד|bendavid", "פרידמן|friedman", "אבירם|aviram", "שפירא|shapira"],
        companies: &["{} שירותים בע״מ", "{} ובניו", "חשמל {}"],
    },
    // Devanagari
    Culture {
        weight: 4.0,
        order: Order::GivenFirst,
        places: &[
            Place::new("IN", "Asia/Kolkata", 5, "USD", 6.0),
            Place::new("NP", "Asia/Kathmandu", 5, "USD", 1.0),
            Place::new("GB", "Europe/London", 0, "GBP", 1.0),
        ],
        women: &[
            "प्रिया|priya", "अंजलि|anjali", "सुनीता|sunita", "दीपिका|deepika", "कविता|kavita", "श्रुति|shruti", "मीनाक्षी|meenakshi",
            "ऐश्वर्या|aishwarya",
        ],
        men: &[
            "राहुल|rahul", "अमित|amit", "विक्रम|vikram", "सिद्धार्थ|siddharth", "अर्जुन|arjun", "कृष्ण|krishna", "ऋषि|rishi",
            "प्रकाश|prakash",
        ],
        families_of_women: &[],
        families: &[
            "शर्मा|sharma", "वर्मा|verma", "गुप्ता|gupta", "सिंह|singh", "त्रिपाठी|tripathi", "श्रेष्ठ|shrestha", "देशपांडे|deshpande",
            "चौधरी|chaudhary", "कुलकर्णी|kulkarni",
        ],
        companies: &["{} इंजीनियरिंग प्रा. लि.", "{} एंड संस", "{} इलेक्ट्रिकल्स"],
    },
    // Bengali
    Culture {
        weight: 0.9,
        order: Order::GivenFirst,
        places: &[Place::new("BD", "Asia/Dhaka", 6, "USD", 2.0), Place::new("IN", "Asia/Kolkata", 5, "USD", 1.0)],
        women: &["শর্মিলা|sharmila", "তানিয়া|tania", "রুপা|rupa", "নাজমা|nazma"],
        men: &["রফিক|rafiq", "অনির্বাণ|anirban", "সৌমিত্র|soumitra", "জাহিদ|zahid"],
        families_of_women: &[],
        families: &["রহমান|rahman", "চট্টোপাধ্যায়|chattopadhyay", "হোসেন|hossain", "সেন|sen"],
        companies: &["{} ইঞ্জিনিয়ারিং লিমিটেড", "{} ব্রাদার্স"],
    },
    // Tamil
    Culture {
        weight: 0.9,
        order: Order::GivenFirst,
        places: &[
            Place::new("IN", "Asia/Kolkata", 5, "USD", 2.0),
            Place::new("SG", "Asia/Singapore", 8, "USD", 1.0),
            Place::new("LK", "Asia/Colombo", 5, "USD", 1.0),
        ],
        women: &["கவிதா|kavitha", "மீனா|meena", "லட்சுமி|lakshmi", "யாழினி|yazhini"],
        men: &["முருகன்|murugan", "கார்த்திக்|karthik", "செந்தில்|senthil", "அருண்|arun"],
        families_of_women: &[],
        families: &["சுப்பிரமணியம்|subramaniam", "ராஜேந்திரன்|rajendran", "பிள்ளை|pillai", "நடராஜன்|natarajan"],
        companies: &["{} பொறியியல்", "{} அண்ட் சன்ஸ்"],
    },
    // Chinese
    Culture {
        weight: 3.5,
        order: Order::FamilyFirstJoined,
        places: &[
            Place::new("TW", "Asia/Taipei", 8, "USD", 3.0),
            Place::new("CN", "Asia/Shanghai", 8, "USD", 3.0),
            Place::new("SG", "Asia/Singapore", 8, "USD", 2.0),
            Place::new("HK", "Asia/Hong_Kong", 8, "USD", 2.0),
            Place::new("US", "America/Los_Angeles", -8, "USD", 1.0),
        ],
        women: &[
            "秀英|xiuying", "雅婷|yating", "静怡|jingyi", "美玲|meiling", "婉儿|waner", "詩涵|shihan", "欣|xin", "慧敏|huimin",
        ],
        men: &["伟|wei", "建國|jianguo", "志强|zhiqiang", "俊傑|junjie", "浩然|haoran", "家豪|jiahao", "磊|lei", "子轩|zixuan"],
        families_of_women: &[],
        families: &[
            "王|wang", "李|li", "張|zhang", "陈|chen", "劉|liu", "黄|huang", "歐陽|ouyang", "司馬|sima", "吳|wu", "林|lin",
            "郑|zheng",
        ],
        companies: &["{}氏工程有限公司", "{}記水電行", "{}家电维修有限公司"],
    },
    // Japanese
    Culture {
        weight: 5.0,
        order: Order::FamilyFirst,
        places: &[Place::new("JP", "Asia/Tokyo", 9, "JPY", 1.0)],
        women: &[
            "さくら|sakura", "美咲|misaki", "陽菜|hina", "ひかり|hikari", "由美子|yumiko", "真央|mao", "エリカ|erika", "結衣|yui",
            "千尋|chihiro",
        ],
        men: &[
            "太郎|taro", "大翔|hiroto", "健一|kenichi", "蓮|ren", "翔太|shota", "けんじ|kenji", "優斗|yuto", "直樹|naoki", "レオ|leo",
        ],
        families_of_women: &[],
        families: &[
            "佐藤|sato", "鈴木|suzuki", "高橋|takahashi", "田中|tanaka", "渡辺|watanabe", "髙田|takada", "斎藤|saito", "小林|kobayashi",
            "長谷川|hasegawa", "勅使河原|teshigawara", "山本|yamamoto", "中村|nakamura",
        ],
        companies: &["株式会社{}工務店", "{}電気サービス", "有限会社{}設備"],
    },
    // Korean
    Culture {
        weight: 2.5,
        order: Order::FamilyFirstJoined,
        places: &[Place::new("KR", "Asia/Seoul", 9, "USD", 4.0), Place::new("US", "America/New_York", -5, "USD", 1.0)],
        women: &[
            "서연|seoyeon", "지우|jiwoo", "하은|haeun", "민서|minseo", "유진|yujin", "수빈|subin", "은영|eunyoung", "가을|gaeul",
        ],
        men: &["민준|minjun", "서준|seojun", "도윤|doyun", "지훈|jihoon", "현우|hyunwoo", "성민|seongmin", "준호|junho", "태양|taeyang"],
        families_of_women: &[],
        families: &[
            "김|kim", "이|lee", "박|park", "최|choi", "정|jeong", "강|kang", "남궁|namgung", "황보|hwangbo", "윤|yoon", "한|han",
        ],
        companies: &["{}건설(주)", "(주){}설비", "{}에어컨"],
    },
    // Thai
    Culture {
        weight: 1.0,
        order: Order::GivenFirst,
        places: &[Place::new("TH", "Asia/Bangkok", 7, "USD", 1.0)],
        women: &["สุดารัตน์|sudarat", "กนกวรรณ|kanokwan", "พิมพ์ชนก|pimchanok", "อรทัย|orathai"],
        men: &["สมชาย|somchai", "ณัฐพงษ์|nattapong", "ธนากร|thanakorn", "วีระ|weera"],
        families_of_women: &[],
        families: &["ศรีสุข|srisuk", "วงศ์สวัสดิ์|wongsawat", "ทองดี|thongdee", "รัตนโกสินทร์|rattanakosin"],
        companies: &["บริษัท {} จำกัด", "ห้างหุ้นส่วน {} บริการ"],
    },
    // Georgian
    Culture {
        weight: 0.7,
        order: Order::GivenFirst,
        places: &[Place::new("GE", "Asia/Tbilisi", 4, "USD", 1.0)],
        women: &["ნინო|nino", "თამარ|tamar", "ქეთევან|ketevan"],
        men: &["გიორგი|giorgi", "ლევან|levan", "ზურაბ|zurab"],
        families_of_women: &[],
        families: &["ბერიძე|beridze", "კაპანაძე|kapanadze", "გელაშვილი|gelashvili", "წერეთელი|tsereteli"],
        companies: &["შპს {} სერვისი", "{} და შვილები"],
    },
    // Armenian
    Culture {
        weight: 0.7,
        order: Order::GivenFirst,
        places: &[Place::new("AM", "Asia/Yerevan", 4, "USD", 1.0)],
        women: &["Անահիտ|anahit", "Նարինե|narine", "Լուսինե|lusine"],
        men: &["Արամ|aram", "Տիգրան|tigran", "Վարդան|vardan"],
        families_of_women: &[],
        families: &["Պետրոսյան|petrosyan", "Հակոբյան|hakobyan", "Սարգսյան|sargsyan", "Գրիգորյան|grigoryan"],
        companies: &["{} Սպասարկում ՍՊԸ", "{} և որդիներ"],
    },
];
