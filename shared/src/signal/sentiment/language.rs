//! Whether a text is English, as far as its letters and its small words tell.
//!
//! The classifier and the lexicon know English only. A text of another language would be read by chance words ("die" is an article
//! in German), so it counts as not known.

/// Small words of English, and those that customers use in any short message.
const ENGLISH: &str = "a about after again all also always am and any anyone are as asap at back be because been before broken but buy by can \
    cannot could customer day days delivered delivery did didn't do does doesn't don't email ever for from get give good got great \
    had has have help here how i i'm if in is isn't it it's its just late like long me money more my need never new no not nothing \
    now of off on one only or order ordered our out package pay please product quality received refund return same send sent \
    service shipping should since so some still support terrible thank thanks that the their them then there they this time to too \
    up us very want was we were what when where which who why will with without work working worst would wrong yes yet you your";

/// Small words of the languages that are written in Latin letters and that shops here meet, without those that English has too.
const OTHERS: &[&str] = &[
    // German
    "aber alles auch auf aus bei bin bis bitte danke das dass dem den der des die doch ein eine einen einer es f\u{fc}r habe haben hallo hat ich ihr im leider \
     ist ja kann kein keine mehr meine mein mit nach nicht noch nur oder schon sehr sich sie sind und uns von vor war warum wenn wie \
     wir wird wurde zu zum zur",
    // French
    "au aux avec bonjour ce cette ces c'est dans de des du elle en est et il j'ai je la le les leur ma mais merci mes mon ne n'est nous \
     on ont ou o\u{f9} par pas plus pour pourquoi que quand qui sa sans ses sont sur suis toujours tr\u{e8}s un une vos votre vous \u{e0}",
    // Spanish
    "al como con cu\u{e1}ndo del el ella en era es esta est\u{e1} este fue gracias hace han hay hola la las lo los m\u{e1}s mi mis muy \
     nada ni nos nunca para pedido pero por porque que qu\u{e9} quiero se ser si sin sobre son su sus todav\u{ed}a un una usted y ya",
    // Portuguese
    "ainda ao as at\u{e9} com como da das dos ela ele em foi isso j\u{e1} mais mas meu meus minha muito na nas n\u{e3}o nem no nos nunca o \
     obrigado os ou para pela pelo pedido por porque quando que quero s\u{e3}o se sem seu sua tem um uma voc\u{ea}",
    // Italian
    "alla anche ancora che chi ci ciao con cosa da dal della delle di \u{e8} gli grazie ha ho il io la le lo ma mai mi mia mio molto ne \
     nel nella non ordine per perch\u{e9} pi\u{f9} quando questo quello sempre sono sta sul tutto un una vi voglio",
    // Dutch
    "aan al als bij dat de dit door een en er geen graag haar heb hebben heeft het hij hoe ik is je jullie kan maar meer met mij mijn naar \
     niet nog om ook onze op over te toch uit van veel voor waarom wat weer wel wordt zijn zo zonder",
    // Polish
    "ale bardzo bez by\u{142} czy dla do dzi\u{119}kuj\u{119} gdzie i jak jest jestem ju\u{17c} kiedy mam mi mnie moje m\u{f3}j na nie nigdy od po \
     prosz\u{119} przez s\u{105} si\u{119} tak tego ten to w wszystko z za zam\u{f3}wienie \u{17c}e",
    // Swedish, Danish, Norwegian
    "att av blev de den det dette du efter eller en er et ett fick f\u{f6}r fr\u{e5}n f\u{e5}r har hej hos hvor ikke inte ingen jag jeg kan med \
     meg men mig min mitt mycket m\u{e5}ste n\u{e5}r och og om p\u{e5} som s\u{e5} tack til till utan var varf\u{f6}r vi \u{e4}r \u{e5}",
    // Turkish
    "ama ben bir biz bu \u{e7}ok daha de\u{11f}il en gibi hala hi\u{e7} i\u{e7}in ile istiyorum kadar ki l\u{fc}tfen m\u{131} nas\u{131}l ne neden \
     olan sipari\u{15f} siz sonra te\u{15f}ekk\u{fc}rler var ve yok",
    // Czech
    "ale bych byl co d\u{11b}kuji je jak jsem jsme jsou kdy\u{17e} m\u{e1}m mi moje na ne nen\u{ed} od po pro pros\u{ed}m proto\u{17e}e se si tak \
     u\u{17e} v velmi z za \u{17e}e",
    // Finnish
    "ei en ett\u{e4} ja jo kanssa kiitos kun mik\u{e4} miksi min\u{e4} minun mutta my\u{f6}s niin ole olen oli on ovat se t\u{e4}m\u{e4} tilaus \
     vain viel\u{e4}",
];

/// Letters that English hardly ever writes.
const MARKED: &str = "\u{e4}\u{f6}\u{fc}\u{df}\u{e0}\u{e2}\u{e7}\u{e8}\u{ea}\u{eb}\u{ee}\u{ef}\u{f4}\u{f9}\u{fb}\u{e1}\u{ed}\u{f3}\u{fa}\u{f1}\u{e3}\u{f5}\u{e5}\u{e6}\u{f8}\u{105}\u{107}\u{119}\u{142}\u{144}\u{15b}\u{17a}\u{17c}\u{11f}\u{131}\u{15f}\u{10d}\u{10f}\u{11b}\u{148}\u{159}\u{161}\u{165}\u{16f}\u{17e}\u{151}\u{171}\u{103}\u{21b}\u{219}";

/// Words that are looked at: enough of a long text.
const WORDS: usize = 300;

/// Texts with fewer words of Latin letters are left to the readers of English, who find no word in them or one that counts.
const FEW_WORDS: usize = 3;

/// Whether the text is in a language that is not English. A short text without a mark of either counts as English.
pub(super) fn is_foreign(text: &str) -> bool {
    let (mut latin, mut other) = (0_usize, 0_usize);
    for letter in text.chars().take(8_000).filter(|letter| letter.is_alphabetic()) {
        let is_latin = letter < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&letter);
        *(if is_latin { &mut latin } else { &mut other }) += 1;
    }
    if other > latin {
        return true;
    }
    let (mut words, mut english, mut marked) = (0_usize, 0_usize, 0_usize);
    let mut foreign = vec![0_usize; OTHERS.len()];
    for word in
        text.split(|c: char| !(c.is_alphabetic() || matches!(c, '\'' | '\u{2019}'))).filter(|word| !word.is_empty()).take(WORDS)
    {
        let word = word.to_lowercase().replace('\u{2019}', "'");
        words += 1;
        english += usize::from(holds(ENGLISH, &word));
        marked += usize::from(word.chars().any(|c| MARKED.contains(c)));
        for (hits, list) in foreign.iter_mut().zip(OTHERS) {
            *hits += usize::from(holds(list, &word));
        }
    }
    // Words of one language, for the lists share many with each other.
    let foreign = foreign.into_iter().max().unwrap_or(0);
    words >= FEW_WORDS && 2 * foreign + marked > 2 * english && foreign + marked >= 2
}

fn holds(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_in_twelve_other_languages_are_told_from_english() {
        for text in [
            "Ich warte seit drei Wochen auf meine Bestellung und niemand antwortet mir. Das ist eine Frechheit!",
            "Le colis est arriv\u{e9} cass\u{e9} et personne ne r\u{e9}pond \u{e0} mes messages.",
            "Todav\u{ed}a no he recibido mi pedido y nadie me contesta, quiero mi dinero.",
            "O meu pedido ainda n\u{e3}o chegou e ningu\u{e9}m responde aos meus e-mails.",
            "Il pacco non \u{e8} mai arrivato e nessuno risponde, voglio un rimborso.",
            "Mijn bestelling is nog steeds niet aangekomen en niemand reageert op mijn vragen.",
            "Nadal nie dosta\u{142}em mojego zam\u{f3}wienia i nikt nie odpowiada.",
            "Jag har fortfarande inte f\u{e5}tt min best\u{e4}llning och ingen svarar.",
            "Sipari\u{15f}im h\u{e2}l\u{e2} gelmedi ve kimse cevap vermiyor, param\u{131} geri istiyorum.",
            "St\u{e1}le jsem nedostal svou objedn\u{e1}vku a nikdo mi neodpov\u{ed}d\u{e1}.",
            "\u{42f} \u{434}\u{43e} \u{441}\u{438}\u{445} \u{43f}\u{43e}\u{440} \u{43d}\u{435} \u{43f}\u{43e}\u{43b}\u{443}\u{447}\u{438}\u{43b} \u{437}\u{430}\u{43a}\u{430}\u{437}",
            "\u{6ce8}\u{6587}\u{3057}\u{305f}\u{5546}\u{54c1}\u{304c}\u{307e}\u{3060}\u{5c4a}\u{304d}\u{307e}\u{305b}\u{3093}",
        ] {
            assert!(is_foreign(text), "{text}");
        }
    }

    #[test]
    fn english_stays_english_however_short_or_mixed() {
        for text in [
            "",
            "Refund",
            "where is it",
            "Still waiting for my refund",
            "Arrived broken, box crushed, corners dented",
            "My caf\u{e9} order from M\u{fc}nchen never came and I want a refund",
            "Package says delivered. Nothing here.",
            "Worst. Service. Ever.",
            "The na\u{ef}ve d\u{e9}cor was sch\u{f6}n but it fell apart in a day",
            "Charged twice again! Please fix ASAP!!",
            "i love it so much, thank u",
        ] {
            assert!(!is_foreign(text), "{text}");
        }
    }
}
