//! What a person sees who opens an enrollment link. It works without scripts and loads nothing.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use macadam_store::Sha256;

/// One page; which status it is answered with is up to the caller.
pub(super) enum Page<'a> {
    /// The link is good: what enrolling means, and a button that gets the profile.
    Offer {
        organization: &'a str,
    },
    Used,
    /// It has expired, was revoked, or never existed: nobody is told which.
    Invalid,
}

const STYLE: &str = "\
:root { color-scheme: light dark; font: 17px/1.5 -apple-system, system-ui, sans-serif }
body { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
button { font: inherit; font-weight: 600; padding: .6rem 1.4rem; border: 0; border-radius: .6rem;
  color: #fff; background: #0062cc }
li { margin: .4rem 0 }
";

/// Allows this one style sheet and sending the form to this server, and nothing else.
static CONTENT_SECURITY_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::of(STYLE.as_bytes()).0);
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("the policy is ASCII")
});

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let headers = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY.clone()),
        ];
        (headers, Html(self.html())).into_response()
    }
}

impl Page<'_> {
    fn html(&self) -> String {
        let (title, body) = match self {
            Self::Offer { organization } => {
                let organization = escape(organization);
                (format!("Enroll this device in {organization}"), offer(&organization))
            }
            Self::Used => ("This link was used before".to_owned(), ask_again()),
            Self::Invalid => ("This link has expired or never existed".to_owned(), ask_again()),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n\
             </html>\n"
        )
    }
}

/// A form without an address is sent to the page's own, with the code in it.
fn offer(organization: &str) -> String {
    format!(
        "<p>{organization} will manage this device: it can change settings, install software and \
         updates, and lock or erase the device. The device shows the details before you agree.</p>\
         \n\
         <form method=\"post\"><button>Download the profile</button></form>\n<ol>\n\
         <li>Press the button on the device itself, and allow the download if you are asked. The \
         link works once, for one device.</li>\n\
         <li>On a Mac, open System Settings, General, Device Management, and open the profile. On \
         an iPhone or iPad, open Settings and tap Profile Downloaded.</li>\n\
         <li>Install it.</li>\n</ol>\n"
    )
}

fn ask_again() -> String {
    "<p>Ask your administrator for a new one.</p>\n".to_owned()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organization_is_text_whatever_it_is_called() {
        let html = Page::Offer { organization: "<b>Smith & \"Sons\"</b>" }.html();
        let name = "&lt;b&gt;Smith &amp; &quot;Sons&quot;&lt;/b&gt;";
        assert!(html.contains(&format!("<h1>Enroll this device in {name}</h1>")), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }

    #[test]
    fn style_is_the_one_that_the_policy_allows() {
        let html = Page::Used.html();
        let style = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        let hash = STANDARD.encode(Sha256::of(style.as_bytes()).0);
        let policy = CONTENT_SECURITY_POLICY.to_str().unwrap();
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{policy}");
    }
}
