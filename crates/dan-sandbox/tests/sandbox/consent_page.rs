//! The page where a person consents, in a real browser: Chromium without a window, by way of `ChromeDriver`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::support::{AGENCY, ENTERPRISE, Fixture, not_tested};

/// A `ChromeDriver` that ends with the test.
struct Driver {
    process: Child,
    url: String,
}

impl Driver {
    /// Nothing when there is none, or no browser for it.
    fn start() -> Option<Self> {
        if Command::new("chromium").arg("--version").output().is_err() {
            not_tested("Chromium");
            return None;
        }
        let mut driver = Command::new("chromedriver");
        let Ok(mut process) = driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
        else {
            not_tested("chromedriver");
            return None;
        };
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said =
            lines.find_map(|line| Some(line.ok()?.split_once("started successfully on port ")?.1.to_owned()));
        let port: u16 = said.unwrap().trim_end_matches('.').parse().unwrap();
        Some(Self { process, url: format!("http://127.0.0.1:{port}") })
    }

    /// A browser that takes the sandbox's certificate, and prefers the language.
    async fn browser(&self, language: &str) -> Client {
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--window-size=900,1000",
            &format!("--accept-lang={language}"),
        ];
        let capabilities =
            json!({ "acceptInsecureCerts": true, "goog:chromeOptions": { "args": arguments } });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.url)
            .await
            .unwrap_or_else(|error| panic!("Chromium cannot be started: {error}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An accreditation that waits for consent.
async fn waiting(fixture: &Fixture) -> Value {
    let request = json!({
        "requestor": AGENCY, "subject": ENTERPRISE, "consentReference": "Anskaffelse 2026/1234 «vask»",
        "evidenceRequests": [{ "evidenceCodeName": "RestanserV2", "requestConsent": true }],
        "consentReceiptRedirectUrl": fixture.url("/version")
    });
    fixture.authorize(&request).await
}

/// Presses a key, on whatever has the focus.
async fn press(browser: &Client, key: Key) {
    let key = char::from(key);
    let keys = KeyActions::new("keyboard".to_owned())
        .then(KeyAction::Down { value: key })
        .then(KeyAction::Up { value: key });
    browser.perform_actions(keys).await.unwrap();
}

async fn focused(browser: &Client) -> String {
    browser.active_element().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_person_consents_with_the_keyboard_alone() {
    let Some(driver) = Driver::start() else { return };
    let fixture = Fixture::start().await;
    let accreditation = waiting(&fixture).await;
    let browser = driver.browser("nb").await;
    browser.goto(accreditation["altinnConsentUrl"].as_str().unwrap()).await.unwrap();
    let page = browser.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    let until: jiff::civil::Date = accreditation["validTo"].as_str().unwrap()[..10].parse().unwrap();
    let (_, spelled) = page.split_once("Samtykket gjelder til\n").unwrap();
    let spelled = spelled.lines().next().unwrap();
    assert!(spelled.starts_with(&format!("{}. ", until.day())), "{spelled}");
    assert!(spelled.ends_with(&format!(" {}", until.year())), "{spelled}");
    insta::assert_snapshot!(page.replace(spelled, "[until]"));
    if let Some(folder) = std::env::var_os("SCREENSHOTS") {
        std::fs::write(
            std::path::Path::new(&folder).join("consent.png"),
            browser.screenshot().await.unwrap(),
        )
        .unwrap();
    }

    press(&browser, Key::Tab).await;
    assert_eq!(focused(&browser).await, "In English");
    press(&browser, Key::Enter).await;
    browser.wait().for_element(Locator::Css("html[lang=en]")).await.unwrap();
    let mut passed = Vec::new();
    for _ in 0..3 {
        press(&browser, Key::Tab).await;
        passed.push(focused(&browser).await);
    }
    assert_eq!(passed, ["På norsk", "Yes, I consent", "No, I do not consent"]);
    browser.find(Locator::Css("button.grant")).await.unwrap().send_keys("\u{e007}").await.unwrap();

    let id = accreditation["id"].as_str().unwrap();
    let destination = format!("{}?status=OK&id={id}", fixture.url("/version")).parse().unwrap();
    browser.wait().for_url(&destination).await.unwrap();
    browser.goto(accreditation["altinnConsentUrl"].as_str().unwrap()).await.unwrap();
    let page = browser.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(page.contains("Forespørselen er besvart eller utløpt"), "{page}");
    browser.close().await.unwrap();
}

#[tokio::test]
async fn the_page_is_sound_for_those_who_do_not_see_it() {
    let Some(driver) = Driver::start() else { return };
    let fixture = Fixture::start().await;
    let accreditation = waiting(&fixture).await;
    let browser = driver.browser("en").await;
    browser.goto(accreditation["altinnConsentUrl"].as_str().unwrap()).await.unwrap();
    assert_eq!(browser.title().await.unwrap(), "Consent to fetch information");
    for (what, css, count) in [
        ("one language is declared", "html[lang=en]", 1),
        ("one heading says what the page is", "main > h1", 1),
        ("what is asked is a list of terms", "main > dl > dt", 5),
        ("answers are buttons of a form", "form[method=post] > button", 2),
        ("nothing takes the focus out of turn", "[tabindex]", 0),
        ("nothing is loaded from elsewhere", "script, img, link, iframe", 0),
    ] {
        assert_eq!(browser.find_all(Locator::Css(css)).await.unwrap().len(), count, "{what}");
    }
    let fits = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    browser.set_window_size(320, 640).await.unwrap();
    assert_eq!(browser.execute(fits, vec![]).await.unwrap(), true, "it fits a telephone");
    browser.close().await.unwrap();
}
