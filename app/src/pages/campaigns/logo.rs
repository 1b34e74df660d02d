//! A picture for messages: cropped and packed in the browser, with words for those who see no pictures, then kept under our own address.

use js_sys::Promise;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Image, ImageResponse};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlInputElement};

use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, FailureNotice, Field, announce, unique_id};
use crate::query::address;

/// Pixels of the longer side of a logo: twice what mail shows, for sharp screens.
const SIDE: u32 = 640;

/// `path` is the picture's, empty for none; `name` the brand's, which the words begin from.
#[component]
pub(super) fn Logo(path: RwSignal<String>, name: RwSignal<String>) -> impl IntoView {
    let id = unique_id();
    let picture = RwSignal::new_local(None::<JsValue>);
    let refused = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let alt = RwSignal::new(String::new());
    let edges = [RwSignal::new(0.0_f64), RwSignal::new(0.0), RwSignal::new(0.0), RwSignal::new(0.0)];
    let canvas = NodeRef::<html::Canvas>::new();
    let chosen = move |event: web_sys::Event| {
        let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
        let Some(file) = input.as_ref().and_then(|input| input.files()?.get(0)) else { return };
        refused.set(None);
        failure.set(None);
        spawn_local(async move {
            match opened(&file).await {
                Some(bitmap) => {
                    for edge in edges {
                        edge.set(0.0);
                    }
                    if alt.with_untracked(String::is_empty) {
                        alt.set(name.get_untracked());
                    }
                    picture.try_set(Some(bitmap));
                }
                None => {
                    let words = "This file cannot be read as a picture. Use a PNG, a JPEG or a WebP.".to_owned();
                    announce(words.clone());
                    refused.try_set(Some(words));
                }
            }
        });
    };
    Effect::new(move || {
        let [left, top, right, bottom] = edges.map(|edge| edge.get());
        if let (Some(bitmap), Some(canvas)) = (picture.get(), canvas.get()) {
            draw(&canvas, &bitmap, left / 100.0, top / 100.0, right / 100.0, bottom / 100.0, SIDE);
        }
    });
    let send = move |_| {
        let Some(canvas) = canvas.get_untracked() else { return };
        busy.set(true);
        failure.set(None);
        let words = alt.get_untracked().trim().to_owned();
        spawn_local(async move {
            let packed =
                JsFuture::from(pack(&canvas, Image::MOST_BYTES as u32)).await.ok().and_then(|blob| blob.dyn_into::<Blob>().ok());
            let answer = match packed {
                Some(blob) => client::post_file::<ImageResponse>(&format!("/api/images{}", address(&[("alt", &words)])), &blob)
                    .await
                    .map(Some),
                None => Ok(None),
            };
            busy.try_set(false);
            match answer {
                Ok(Some(answer)) => {
                    path.try_set(answer.image.path);
                    picture.try_set(None);
                    announce("The picture is stored. Save the brand to use it.");
                }
                Ok(None) => drop(refused.try_set(Some("This picture cannot be packed. Try another one.".to_owned()))),
                Err(why) => drop(failure.try_set(Some(why))),
            }
        });
    };
    let sliders = [("Cut from the left", 0), ("Cut from the top", 1), ("Cut from the right", 2), ("Cut from the bottom", 3)].map(
        |(label, at)| {
            let id = unique_id();
            edges.get(at).map(|edge| {
                let edge = *edge;
                view! {
                    <div class="field">
                        <label for=id.clone()>{label}</label>
                        <input
                            id=id
                            type="range"
                            min="0"
                            max="45"
                            prop:value=move || edge.get().to_string()
                            on:input=move |event| edge.set(event_target_value(&event).parse().unwrap_or(0.0))
                        />
                    </div>
                }
            })
        },
    );
    let sliders = sliders.into_iter().flatten().collect_view();
    let alt_error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("alt"))));
    let no_words = Signal::derive(move || alt.with(|alt| alt.trim().is_empty()));
    view! {
        <div class="form">
            {move || {
                let path = path.get();
                (!path.is_empty()).then(|| view! {
                    <div class="row">
                        <img class="press-logo" src=path alt="The logo as messages carry it" />
                    </div>
                })
            }}
            <Show when=move || path.with(|path| !path.is_empty())>
                <div class="row"><Button small=true on_press=move |_| path.set(String::new())>"Take it out"</Button></div>
            </Show>
            <div class="field">
                <label for=id.clone()>"Choose a picture"</label>
                <input id=id type="file" accept="image/png,image/jpeg,image/webp" on:change=chosen />
                <p class="hint">"Packed here to at most 1 MB and 640 pixels. PNG, JPEG or WebP."</p>
                {move || refused.get().map(|words| view! { <p class="error">{words}</p> })}
            </div>
            <div class="form" hidden=move || picture.with(Option::is_none)>
                <canvas class="press-logo" node_ref=canvas role="img" aria-label="The picture as it will be stored"></canvas>
                <div class="options">{sliders}</div>
                <Field label="What it shows, for those who see no pictures" value=alt error=alt_error />
                {move || failure.get().filter(|failure| failure.field("alt").is_none()).map(|failure| view! { <FailureNotice failure /> })}
                <div class="row">
                    <Button kind=ButtonKind::Plain busy disabled=no_words on_press=send>"Store the picture"</Button>
                    <Button kind=ButtonKind::Quiet on_press=move |_| picture.set(None)>"Leave it"</Button>
                </div>
            </div>
        </div>
    }
}

/// The picture in the file; none where the browser knows no such one.
async fn opened(file: &File) -> Option<JsValue> {
    JsFuture::from(open(file)).await.ok()
}

#[wasm_bindgen(inline_js = r#"
export const open = (file) => (file.type.startsWith("image/svg") ? Promise.reject(new Error("no")) : createImageBitmap(file));

export function draw(canvas, picture, left, top, right, bottom, side) {
  const width = Math.max(1, picture.width * (1 - left - right));
  const height = Math.max(1, picture.height * (1 - top - bottom));
  const scale = Math.min(1, side / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, picture.width * left, picture.height * top, width, height, 0, 0, canvas.width, canvas.height);
}

const packed = (canvas, type, quality) => new Promise((done) => canvas.toBlob(done, type, quality));

export async function pack(canvas, most) {
  let from = canvas;
  for (;;) {
    const png = await packed(from, "image/png");
    if (png && png.size <= most) return png;
    const white = document.createElement("canvas");
    [white.width, white.height] = [from.width, from.height];
    const context = white.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, white.width, white.height);
    context.drawImage(from, 0, 0);
    for (const quality of [0.9, 0.75, 0.6]) {
      const jpeg = await packed(white, "image/jpeg", quality);
      if (jpeg && jpeg.size <= most) return jpeg;
    }
    if (from.width < 16 || from.height < 16) throw new Error("no");
    const smaller = document.createElement("canvas");
    [smaller.width, smaller.height] = [from.width, from.height].map((side) => Math.round(side * 0.7));
    smaller.getContext("2d").drawImage(from, 0, 0, smaller.width, smaller.height);
    from = smaller;
  }
}
"#)]
extern "C" {
    fn open(file: &File) -> Promise;
    /// Edges are shares of the picture that are cut off.
    fn draw(canvas: &web_sys::HtmlCanvasElement, picture: &JsValue, left: f64, top: f64, right: f64, bottom: f64, side: u32);
    /// At most so many bytes: PNG where that is enough, else JPEG on white.
    fn pack(canvas: &web_sys::HtmlCanvasElement, most: u32) -> Promise;
}
