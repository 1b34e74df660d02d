//! Areas of the North American Numbering Plan and their zones, from its administrator's public list. An area across a border of zones is
//! in the one where most of its people live; the hours that laws leave are an hour wider than those that are used, so that nobody is
//! called unlawfully for it.

use chrono_tz::Tz;

/// The country and zone of a number that begins with `+1` and an area.
pub(super) fn area(number: &str) -> Option<(&'static str, Tz)> {
    let area = number.strip_prefix("+1")?.get(..3)?;
    if !area.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    AREAS.iter().find(|(_, _, areas)| areas.split(' ').any(|one| one == area)).map(|(country, tz, _)| (*country, *tz))
}

const AREAS: &[(&str, Tz, &str)] = &[
    (
        "US",
        Tz::America__New_York,
        "201 202 203 207 212 215 216 220 223 227 229 231 234 239 240 248 252 260 267 269 272 276 283 301 302 304 305 313 315 317 321 \
         324 326 329 330 332 336 339 347 351 352 363 380 386 401 404 407 410 412 413 419 423 434 436 440 443 445 463 470 472 475 478 \
         484 502 508 513 516 517 518 540 551 561 567 570 571 574 582 585 586 603 606 607 609 610 614 616 617 624 631 640 645 646 656 \
         667 678 680 681 686 689 703 704 706 716 717 718 724 727 728 732 734 740 743 754 757 762 765 770 772 774 781 786 802 803 804 \
         810 812 813 814 821 826 828 835 838 839 843 845 848 854 856 857 859 860 862 863 864 865 878 904 906 908 910 912 914 917 919 \
         929 930 934 937 941 943 947 948 954 959 973 978 980 984 989",
    ),
    (
        "US",
        Tz::America__Chicago,
        "205 210 214 217 218 219 224 225 228 235 251 254 256 262 270 274 281 309 312 314 316 318 319 320 325 327 331 334 337 346 353 \
         361 364 402 405 409 414 417 430 432 447 448 457 464 469 479 501 504 507 512 515 531 534 539 557 563 572 573 580 601 605 608 \
         612 615 618 620 621 629 630 636 641 651 659 660 662 682 701 708 712 713 715 726 730 731 737 763 769 773 779 785 806 815 816 \
         817 830 832 847 850 861 870 872 901 903 913 918 920 924 931 936 938 940 945 952 956 972 975 979 985 308",
    ),
    ("US", Tz::America__Denver, "208 303 307 385 406 435 505 575 719 720 748 801 915 970 983 986"),
    ("US", Tz::America__Phoenix, "480 520 602 623 928"),
    (
        "US",
        Tz::America__Los_Angeles,
        "206 209 213 253 279 310 323 341 350 357 360 369 408 415 424 425 442 458 503 509 510 530 541 559 562 564 619 626 628 650 657 \
         661 669 702 707 714 725 738 747 760 775 805 818 820 831 837 840 858 909 916 925 949 951 971",
    ),
    ("US", Tz::America__Anchorage, "907"),
    ("US", Tz::Pacific__Honolulu, "808"),
    (
        "CA",
        Tz::America__Toronto,
        "226 249 263 289 343 354 365 367 382 416 418 437 438 450 468 514 519 548 579 581 613 647 683 705 742 753 807 819 873 905",
    ),
    ("CA", Tz::America__Winnipeg, "204 431 584"),
    ("CA", Tz::America__Regina, "306 474 639"),
    ("CA", Tz::America__Edmonton, "368 403 587 780 825 867"),
    ("CA", Tz::America__Vancouver, "236 250 257 604 672 778"),
    ("CA", Tz::America__Halifax, "428 506 782 902"),
    ("CA", Tz::America__St_Johns, "709 879"),
    ("PR", Tz::America__Puerto_Rico, "787 939"),
    ("VI", Tz::America__St_Thomas, "340"),
    ("DO", Tz::America__Santo_Domingo, "809 829 849"),
    ("JM", Tz::America__Jamaica, "658 876"),
    ("BS", Tz::America__Nassau, "242"),
    ("BB", Tz::America__Barbados, "246"),
    ("AI", Tz::America__Anguilla, "264"),
    ("AG", Tz::America__Antigua, "268"),
    ("VG", Tz::America__Tortola, "284"),
    ("KY", Tz::America__Cayman, "345"),
    ("BM", Tz::Atlantic__Bermuda, "441"),
    ("GD", Tz::America__Grenada, "473"),
    ("TC", Tz::America__Grand_Turk, "649"),
    ("MS", Tz::America__Montserrat, "664"),
    ("MP", Tz::Pacific__Saipan, "670"),
    ("GU", Tz::Pacific__Guam, "671"),
    ("AS", Tz::Pacific__Pago_Pago, "684"),
    ("SX", Tz::America__Lower_Princes, "721"),
    ("LC", Tz::America__St_Lucia, "758"),
    ("DM", Tz::America__Dominica, "767"),
    ("VC", Tz::America__St_Vincent, "784"),
    ("TT", Tz::America__Port_of_Spain, "868"),
    ("KN", Tz::America__St_Kitts, "869"),
];
