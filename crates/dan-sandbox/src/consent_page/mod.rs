//! The page where somebody who represents the subject consents, as a person would meet it in Altinn.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::dan::{ConsentRequest, Dan, Decision};

/// The path of the page.
pub(crate) const PATH: &str = "/altinn/consent/request";

const TEMPLATE: &str = include_str!("page.html");

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Norwegian,
    English,
}

/// Answers a request under [`PATH`]: shows the page, or takes the decision and leads on.
pub(crate) fn answer(request: &Request<Bytes>, dan: &Dan, now: Timestamp) -> Response<Bytes> {
    let fields = match *request.method() {
        Method::POST => fields(request.body()),
        _ => fields(request.uri().query().unwrap_or_default().as_bytes()),
    };
    let language = Language::choose(&fields, request.headers());
    let id = fields.get("id").and_then(|id| id.parse::<Uuid>().ok());
    let found = id.and_then(|id| Some((id, dan.consent_request(id, now)?)));
    let Some((id, consent)) = found else {
        return message(StatusCode::NOT_FOUND, language, Text::Unknown);
    };
    match (request.method(), fields.get("decision").map(String::as_str)) {
        (&Method::POST, Some("grant")) => decided(dan.decide(id, Decision::Granted, now), language),
        (&Method::POST, Some("deny")) => decided(dan.decide(id, Decision::Denied, now), language),
        (&Method::GET | &Method::HEAD, _) if consent.is_open => {
            page(StatusCode::OK, &form(id, &consent, language))
        }
        (&Method::GET | &Method::HEAD, _) => message(StatusCode::OK, language, Text::Closed),
        _ => message(StatusCode::BAD_REQUEST, language, Text::Unknown),
    }
}

/// Back to the service with the answer; a second answer changes nothing.
fn decided(receipt: Option<String>, language: Language) -> Response<Bytes> {
    let Some(location) = receipt.and_then(|receipt| HeaderValue::try_from(receipt).ok()) else {
        return message(StatusCode::CONFLICT, language, Text::Closed);
    };
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, location);
    response
}

fn fields(text: &[u8]) -> HashMap<String, String> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

impl Language {
    /// What the link says counts, then what the browser prefers; Norwegian is what remains.
    fn choose(fields: &HashMap<String, String>, headers: &HeaderMap) -> Self {
        let said = fields.get("lang").map(String::as_str);
        let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|languages| languages.to_str().ok());
        match said.or(preferred) {
            Some(language) if language.to_ascii_lowercase().starts_with("en") => Self::English,
            _ => Self::Norwegian,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Norwegian => "nb",
            Self::English => "en",
        }
    }

    /// A date as people write it.
    fn spell(self, date: Date) -> String {
        let month = usize::from(date.month().unsigned_abs()) - 1;
        match self {
            Self::Norwegian => format!("{}. {} {}", date.day(), NORWEGIAN_MONTHS[month], date.year()),
            Self::English => date.strftime("%-d %B %Y").to_string(),
        }
    }

    fn say(self, text: Text) -> &'static str {
        let (norwegian, english) = text.both();
        match self {
            Self::Norwegian => norwegian,
            Self::English => english,
        }
    }
}

const NORWEGIAN_MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
];

/// The texts of the page.
#[derive(Debug, Clone, Copy)]
enum Text {
    Title,
    Sandbox,
    Asks,
    About,
    Datasets,
    Until,
    Reference,
    Grant,
    Deny,
    OtherLanguage,
    Closed,
    Unknown,
}

impl Text {
    /// In Norwegian, and in English.
    fn both(self) -> (&'static str, &'static str) {
        match self {
            Self::Title => ("Samtykke til å hente opplysninger", "Consent to fetch information"),
            Self::Sandbox => (
                "Dette er en sandkasse på din egen maskin. Ingenting her er ekte.",
                "This is a sandbox on your own machine. Nothing here is real.",
            ),
            Self::Asks => ("Hvem som spør", "Who asks"),
            Self::About => ("Hvem det gjelder", "Who it is about"),
            Self::Datasets => ("Hva som kan hentes", "What may be fetched"),
            Self::Until => ("Samtykket gjelder til", "The consent lasts until"),
            Self::Reference => ("Referanse", "Reference"),
            Self::Grant => ("Ja, jeg samtykker", "Yes, I consent"),
            Self::Deny => ("Nei, jeg samtykker ikke", "No, I do not consent"),
            Self::OtherLanguage => ("In English", "På norsk"),
            Self::Closed => (
                "Forespørselen er besvart eller utløpt. Det er ikke mer å gjøre her.",
                "The request has been answered, or has expired. There is nothing more to do here.",
            ),
            Self::Unknown => ("Det finnes ingen slik forespørsel.", "There is no such request."),
        }
    }
}

/// The request with its two answers.
fn form(id: Uuid, asked: &ConsentRequest, language: Language) -> Page {
    let datasets: String = asked
        .datasets
        .iter()
        .map(|(name, description)| format!("<li><b>{}</b><br>{}</li>", escaped(name), escaped(description)))
        .collect();
    let until = asked.valid_to.split('T').next().unwrap_or_default();
    let spelled = until.parse().map(|date| language.spell(date)).unwrap_or_default();
    let rows = [
        (Text::Asks, escaped(&asked.requestor)),
        (Text::About, escaped(&asked.subject)),
        (Text::Datasets, format!("<ul>{datasets}</ul>")),
        (Text::Until, format!("<time datetime=\"{0}\">{spelled}</time>", escaped(until))),
        (Text::Reference, escaped(&asked.reference)),
    ];
    let rows: String = rows
        .iter()
        .map(|(text, value)| format!("<dt>{}</dt><dd>{value}</dd>", language.say(*text)))
        .collect();
    let content = format!(
        "<dl>{rows}</dl><form method=\"post\" action=\"{PATH}\"><input type=\"hidden\" name=\"id\" value=\"{id}\">\
         <input type=\"hidden\" name=\"lang\" value=\"{}\">\
         <button name=\"decision\" value=\"grant\" class=\"grant\">{}</button>\
         <button name=\"decision\" value=\"deny\">{}</button></form>",
        language.code(),
        language.say(Text::Grant),
        language.say(Text::Deny),
    );
    Page { language, content, other_language: Some(id) }
}

fn message(status: StatusCode, language: Language, text: Text) -> Response<Bytes> {
    page(status, &Page { language, content: format!("<p>{}</p>", language.say(text)), other_language: None })
}

/// What stands in the frame of the page.
struct Page {
    language: Language,
    content: String,
    /// The request that the link to the other language leads to.
    other_language: Option<Uuid>,
}

fn page(status: StatusCode, page: &Page) -> Response<Bytes> {
    let language = page.language;
    let other = match language {
        Language::Norwegian => Language::English,
        Language::English => Language::Norwegian,
    };
    let link = page.other_language.map(|id| {
        format!(
            "<a href=\"{PATH}?id={id}&amp;lang={0}\" lang=\"{0}\" hreflang=\"{0}\">{1}</a>",
            other.code(),
            language.say(Text::OtherLanguage)
        )
    });
    let html = TEMPLATE
        .replace("{{language}}", language.code())
        .replace("{{title}}", language.say(Text::Title))
        .replace("{{sandbox}}", language.say(Text::Sandbox))
        .replace("{{link}}", &link.unwrap_or_default())
        .replace("{{content}}", &page.content);
    let mut response = Response::new(html.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A text that may stand in HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // What a text holds is no placeholder of the template.
            '{' => escaped.push_str("&#123;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}
