//! The words around a message that every shop needs, in the reader's language.

/// Words of one language.
pub(super) struct Words {
    pub unsubscribe: &'static str,
    pub preferences: &'static str,
    /// Why a customer gets marketing; `{}` is the brand.
    why: &'static str,
    /// Why a customer gets a service mail.
    service: &'static str,
}

pub(super) fn words(locale: &str) -> &'static Words {
    match language(locale) {
        "de" => &Words {
            unsubscribe: "Abmelden",
            preferences: "Einstellungen",
            why: "Sie erhalten diese Nachricht, weil Sie Kunde von {} sind oder waren.",
            service: "Sie erhalten diese Nachricht, weil sie Ihr Konto bei {} betrifft.",
        },
        "fr" => &Words {
            unsubscribe: "Se désabonner",
            preferences: "Préférences",
            why: "Vous recevez ce message parce que vous êtes ou avez été client de {}.",
            service: "Vous recevez ce message parce qu’il concerne votre compte chez {}.",
        },
        "es" => &Words {
            unsubscribe: "Darse de baja",
            preferences: "Preferencias",
            why: "Recibe este mensaje porque es o ha sido cliente de {}.",
            service: "Recibe este mensaje porque se refiere a su cuenta en {}.",
        },
        "it" => &Words {
            unsubscribe: "Annulla l’iscrizione",
            preferences: "Preferenze",
            why: "Riceve questo messaggio perché è o è stato cliente di {}.",
            service: "Riceve questo messaggio perché riguarda il suo account presso {}.",
        },
        "nl" => &Words {
            unsubscribe: "Afmelden",
            preferences: "Voorkeuren",
            why: "U ontvangt dit bericht omdat u klant bent of was van {}.",
            service: "U ontvangt dit bericht omdat het uw account bij {} betreft.",
        },
        "pt" => &Words {
            unsubscribe: "Cancelar subscrição",
            preferences: "Preferências",
            why: "Recebe esta mensagem porque é ou foi cliente de {}.",
            service: "Recebe esta mensagem porque diz respeito à sua conta em {}.",
        },
        "sv" => &Words {
            unsubscribe: "Avsluta prenumerationen",
            preferences: "Inställningar",
            why: "Du får det här meddelandet för att du är eller har varit kund hos {}.",
            service: "Du får det här meddelandet för att det gäller ditt konto hos {}.",
        },
        "pl" => &Words {
            unsubscribe: "Wypisz się",
            preferences: "Ustawienia",
            why: "Otrzymujesz tę wiadomość, ponieważ korzystasz lub korzystałeś z oferty {}.",
            service: "Otrzymujesz tę wiadomość, ponieważ dotyczy ona Twojego konta w {}.",
        },
        "ja" => &Words {
            unsubscribe: "配信停止",
            preferences: "配信設定",
            why: "このメールは {} をご利用いただいたお客様にお送りしています。",
            service: "このメールは {} のアカウントに関するご連絡です。",
        },
        "ar" => &Words {
            unsubscribe: "إلغاء الاشتراك",
            preferences: "التفضيلات",
            why: "تصلك هذه الرسالة لأنك عميل حالي أو سابق لدى {}.",
            service: "تصلك هذه الرسالة لأنها تخص حسابك لدى {}.",
        },
        "he" => &Words {
            unsubscribe: "הסרה מרשימת התפוצה",
            preferences: "העדפות",
            why: "קיבלת הודעה זו כי את או אתה לקוחות של {} בהווה או בעבר.",
            service: "קיבלת הודעה זו כי היא נוגעת לחשבון שלך ב־{}.",
        },
        _ => &Words {
            unsubscribe: "Unsubscribe",
            preferences: "Preferences",
            why: "You get this message because you are or were a customer of {}.",
            service: "You get this message because it concerns your account with {}.",
        },
    }
}

impl Words {
    pub(super) fn why(&self, brand: &str, is_service: bool) -> String {
        (if is_service { self.service } else { self.why }).replace("{}", brand)
    }
}

pub(super) fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or_default()
}

pub(super) fn is_right_to_left(locale: &str) -> bool {
    matches!(language(locale), "ar" | "he" | "fa" | "ur" | "yi" | "ps" | "sd" | "ug" | "dv")
}
