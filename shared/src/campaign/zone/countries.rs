//! Countries and their zones: the time zone database's zone.tab (public domain), and the calling codes of ITU-T E.164.

use chrono_tz::Tz;

/// Countries of which every zone shows the same time all year.
pub(super) const ONE: &str = "\
    AD Europe/Andorra; AE Asia/Dubai; AF Asia/Kabul; AG America/Antigua; AI America/Anguilla; AL Europe/Tirane; AM \
    Asia/Yerevan; AO Africa/Luanda; AR America/Argentina/Buenos_Aires; AS Pacific/Pago_Pago; AT Europe/Vienna; AW \
    America/Aruba; AX Europe/Mariehamn; AZ Asia/Baku; BA Europe/Sarajevo; BB America/Barbados; BD Asia/Dhaka; BE \
    Europe/Brussels; BF Africa/Ouagadougou; BG Europe/Sofia; BH Asia/Bahrain; BI Africa/Bujumbura; BJ Africa/Porto-Novo; \
    BL America/St_Barthelemy; BM Atlantic/Bermuda; BN Asia/Brunei; BO America/La_Paz; BQ America/Kralendijk; BS \
    America/Nassau; BT Asia/Thimphu; BW Africa/Gaborone; BY Europe/Minsk; BZ America/Belize; CC Indian/Cocos; CF \
    Africa/Bangui; CG Africa/Brazzaville; CH Europe/Zurich; CI Africa/Abidjan; CK Pacific/Rarotonga; CM Africa/Douala; CO \
    America/Bogota; CR America/Costa_Rica; CU America/Havana; CV Atlantic/Cape_Verde; CW America/Curacao; CX \
    Indian/Christmas; CY Asia/Nicosia; CZ Europe/Prague; DE Europe/Berlin; DJ Africa/Djibouti; DK Europe/Copenhagen; DM \
    America/Dominica; DO America/Santo_Domingo; DZ Africa/Algiers; EE Europe/Tallinn; EG Africa/Cairo; EH Africa/El_Aaiun; \
    ER Africa/Asmara; ET Africa/Addis_Ababa; FI Europe/Helsinki; FJ Pacific/Fiji; FK Atlantic/Stanley; FO Atlantic/Faroe; \
    FR Europe/Paris; GA Africa/Libreville; GB Europe/London; GD America/Grenada; GE Asia/Tbilisi; GF America/Cayenne; GG \
    Europe/Guernsey; GH Africa/Accra; GI Europe/Gibraltar; GM Africa/Banjul; GN Africa/Conakry; GP America/Guadeloupe; GQ \
    Africa/Malabo; GR Europe/Athens; GS Atlantic/South_Georgia; GT America/Guatemala; GU Pacific/Guam; GW Africa/Bissau; \
    GY America/Guyana; HK Asia/Hong_Kong; HN America/Tegucigalpa; HR Europe/Zagreb; HT America/Port-au-Prince; HU \
    Europe/Budapest; IE Europe/Dublin; IL Asia/Jerusalem; IM Europe/Isle_of_Man; IN Asia/Kolkata; IO Indian/Chagos; IQ \
    Asia/Baghdad; IR Asia/Tehran; IS Atlantic/Reykjavik; IT Europe/Rome; JE Europe/Jersey; JM America/Jamaica; JO \
    Asia/Amman; JP Asia/Tokyo; KE Africa/Nairobi; KG Asia/Bishkek; KH Asia/Phnom_Penh; KM Indian/Comoro; KN \
    America/St_Kitts; KP Asia/Pyongyang; KR Asia/Seoul; KW Asia/Kuwait; KY America/Cayman; KZ Asia/Almaty; LA \
    Asia/Vientiane; LB Asia/Beirut; LC America/St_Lucia; LI Europe/Vaduz; LK Asia/Colombo; LR Africa/Monrovia; LS \
    Africa/Maseru; LT Europe/Vilnius; LU Europe/Luxembourg; LV Europe/Riga; LY Africa/Tripoli; MA Africa/Casablanca; MC \
    Europe/Monaco; MD Europe/Chisinau; ME Europe/Podgorica; MF America/Marigot; MG Indian/Antananarivo; MH Pacific/Majuro; \
    MK Europe/Skopje; ML Africa/Bamako; MM Asia/Yangon; MO Asia/Macau; MP Pacific/Saipan; MQ America/Martinique; MR \
    Africa/Nouakchott; MS America/Montserrat; MT Europe/Malta; MU Indian/Mauritius; MV Indian/Maldives; MW \
    Africa/Blantyre; MY Asia/Kuala_Lumpur; MZ Africa/Maputo; NA Africa/Windhoek; NC Pacific/Noumea; NE Africa/Niamey; NF \
    Pacific/Norfolk; NG Africa/Lagos; NI America/Managua; NL Europe/Amsterdam; NO Europe/Oslo; NP Asia/Kathmandu; NR \
    Pacific/Nauru; NU Pacific/Niue; OM Asia/Muscat; PA America/Panama; PE America/Lima; PH Asia/Manila; PK Asia/Karachi; \
    PL Europe/Warsaw; PM America/Miquelon; PN Pacific/Pitcairn; PR America/Puerto_Rico; PS Asia/Gaza; PW Pacific/Palau; PY \
    America/Asuncion; QA Asia/Qatar; RE Indian/Reunion; RO Europe/Bucharest; RS Europe/Belgrade; RW Africa/Kigali; SA \
    Asia/Riyadh; SB Pacific/Guadalcanal; SC Indian/Mahe; SD Africa/Khartoum; SE Europe/Stockholm; SG Asia/Singapore; SH \
    Atlantic/St_Helena; SI Europe/Ljubljana; SJ Arctic/Longyearbyen; SK Europe/Bratislava; SL Africa/Freetown; SM \
    Europe/San_Marino; SN Africa/Dakar; SO Africa/Mogadishu; SR America/Paramaribo; SS Africa/Juba; ST Africa/Sao_Tome; SV \
    America/El_Salvador; SX America/Lower_Princes; SY Asia/Damascus; SZ Africa/Mbabane; TC America/Grand_Turk; TD \
    Africa/Ndjamena; TF Indian/Kerguelen; TG Africa/Lome; TH Asia/Bangkok; TJ Asia/Dushanbe; TK Pacific/Fakaofo; TL \
    Asia/Dili; TM Asia/Ashgabat; TN Africa/Tunis; TO Pacific/Tongatapu; TR Europe/Istanbul; TT America/Port_of_Spain; TV \
    Pacific/Funafuti; TW Asia/Taipei; TZ Africa/Dar_es_Salaam; UG Africa/Kampala; UY America/Montevideo; UZ Asia/Tashkent; \
    VA Europe/Vatican; VC America/St_Vincent; VE America/Caracas; VG America/Tortola; VI America/St_Thomas; VN \
    Asia/Ho_Chi_Minh; VU Pacific/Efate; WF Pacific/Wallis; WS Pacific/Apia; XK Europe/Belgrade; YE Asia/Aden; YT \
    Indian/Mayotte; ZA Africa/Johannesburg; ZM Africa/Lusaka; ZW Africa/Harare";

/// Countries of several zones: the one in which most live, then the westernmost and the easternmost. Uninhabited rocks are left out.
pub(super) const MANY: &[(&str, [Tz; 3])] = &[
    ("AQ", [Tz::Antarctica__McMurdo, Tz::Antarctica__Palmer, Tz::Antarctica__McMurdo]),
    ("AU", [Tz::Australia__Sydney, Tz::Australia__Perth, Tz::Australia__Sydney]),
    ("BR", [Tz::America__Sao_Paulo, Tz::America__Rio_Branco, Tz::America__Noronha]),
    ("CA", [Tz::America__Toronto, Tz::America__Vancouver, Tz::America__St_Johns]),
    ("CD", [Tz::Africa__Kinshasa, Tz::Africa__Kinshasa, Tz::Africa__Lubumbashi]),
    ("CL", [Tz::America__Santiago, Tz::Pacific__Easter, Tz::America__Punta_Arenas]),
    ("CN", [Tz::Asia__Shanghai, Tz::Asia__Urumqi, Tz::Asia__Shanghai]),
    ("EC", [Tz::America__Guayaquil, Tz::Pacific__Galapagos, Tz::America__Guayaquil]),
    ("ES", [Tz::Europe__Madrid, Tz::Atlantic__Canary, Tz::Europe__Madrid]),
    ("FM", [Tz::Pacific__Pohnpei, Tz::Pacific__Chuuk, Tz::Pacific__Pohnpei]),
    ("GL", [Tz::America__Nuuk, Tz::America__Thule, Tz::America__Danmarkshavn]),
    ("ID", [Tz::Asia__Jakarta, Tz::Asia__Jakarta, Tz::Asia__Jayapura]),
    ("KI", [Tz::Pacific__Tarawa, Tz::Pacific__Tarawa, Tz::Pacific__Kiritimati]),
    ("MN", [Tz::Asia__Ulaanbaatar, Tz::Asia__Hovd, Tz::Asia__Ulaanbaatar]),
    ("MX", [Tz::America__Mexico_City, Tz::America__Tijuana, Tz::America__Cancun]),
    ("NZ", [Tz::Pacific__Auckland, Tz::Pacific__Auckland, Tz::Pacific__Chatham]),
    ("PF", [Tz::Pacific__Tahiti, Tz::Pacific__Tahiti, Tz::Pacific__Gambier]),
    ("PG", [Tz::Pacific__Port_Moresby, Tz::Pacific__Port_Moresby, Tz::Pacific__Bougainville]),
    ("PT", [Tz::Europe__Lisbon, Tz::Atlantic__Azores, Tz::Europe__Lisbon]),
    ("RU", [Tz::Europe__Moscow, Tz::Europe__Kaliningrad, Tz::Asia__Kamchatka]),
    ("UA", [Tz::Europe__Kyiv, Tz::Europe__Kyiv, Tz::Europe__Simferopol]),
    ("UM", [Tz::Pacific__Wake, Tz::Pacific__Midway, Tz::Pacific__Wake]),
    ("US", [Tz::America__New_York, Tz::Pacific__Honolulu, Tz::America__New_York]),
];

/// Calling codes with the country in which most of their numbers are.
const PHONES: &str = "\
    20 EG 211 SS 212 MA 213 DZ 216 TN 218 LY 220 GM 221 SN 222 MR 223 ML 224 GN 225 CI 226 BF 227 NE 228 TG 229 BJ 230 MU 231 LR \
    232 SL 233 GH 234 NG 235 TD 236 CF 237 CM 238 CV 239 ST 240 GQ 241 GA 242 CG 243 CD 244 AO 245 GW 248 SC 249 SD 250 RW 251 ET \
    252 SO 253 DJ 254 KE 255 TZ 256 UG 257 BI 258 MZ 260 ZM 261 MG 262 RE 263 ZW 264 NA 265 MW 266 LS 267 BW 268 SZ 269 KM 27 ZA \
    290 SH 291 ER 297 AW 298 FO 299 GL 30 GR 31 NL 32 BE 33 FR 34 ES 350 GI 351 PT 352 LU 353 IE 354 IS 355 AL 356 MT 357 CY 358 FI \
    359 BG 36 HU 370 LT 371 LV 372 EE 373 MD 374 AM 375 BY 376 AD 377 MC 378 SM 380 UA 381 RS 382 ME 383 XK 385 HR 386 SI 387 BA \
    389 MK 39 IT 40 RO 41 CH 420 CZ 421 SK 423 LI 43 AT 44 GB 45 DK 46 SE 47 NO 48 PL 49 DE 500 FK 501 BZ 502 GT 503 SV 504 HN \
    505 NI 506 CR 507 PA 508 PM 509 HT 51 PE 52 MX 53 CU 54 AR 55 BR 56 CL 57 CO 58 VE 590 GP 591 BO 592 GY 593 EC 594 GF 595 PY \
    596 MQ 597 SR 598 UY 599 CW 60 MY 61 AU 62 ID 63 PH 64 NZ 65 SG 66 TH 670 TL 673 BN 674 NR 675 PG 676 TO 677 SB 678 VU 679 FJ \
    680 PW 682 CK 683 NU 685 WS 686 KI 687 NC 688 TV 689 PF 691 FM 692 MH 7 RU 81 JP 82 KR 84 VN 850 KP 852 HK 853 MO 855 KH 856 LA \
    86 CN 880 BD 886 TW 90 TR 91 IN 92 PK 93 AF 94 LK 95 MM 960 MV 961 LB 962 JO 963 SY 964 IQ 965 KW 966 SA 967 YE 968 OM 970 PS \
    971 AE 972 IL 973 BH 974 QA 975 BT 976 MN 977 NP 98 IR 992 TJ 993 TM 994 AZ 995 GE 996 KG 998 UZ";

/// Codes are free of prefixes of each other, so that the first that fits is the only one. Of `+1` the area tells the country.
pub(super) fn of_phone(number: &str) -> Option<&'static str> {
    let digits = number.strip_prefix('+')?;
    phones().find(|(code, _)| digits.starts_with(code)).map(|(_, country)| country)
}

pub(super) fn phones() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut words = PHONES.split_whitespace();
    std::iter::from_fn(move || words.next().zip(words.next()))
}
