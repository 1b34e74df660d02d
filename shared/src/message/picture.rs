//! What an uploaded picture is, by its own bytes: type and size in pixels. Nothing is unpacked.
//!
//! PNG (W3C, Portable Network Graphics, third edition, 5 and 11.2.1), JPEG (ITU-T T.81, annex B) and WebP (RFC 9649) are taken, and only
//! where the file ends with the picture: what another program would read behind or inside it is refused.

use crate::api::Image;

/// A picture that a message may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    pub media_type: &'static str,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

/// Each says how to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    #[error("SVG can carry scripts, and mail clients do not show it: save it as PNG")]
    Svg,
    #[error("This is no PNG, JPEG or WebP: save it as one of them")]
    Unknown,
    #[error("The file is damaged or broken off: save it anew")]
    Damaged,
    #[error("The file holds more than a picture: save it anew as PNG, JPEG or WebP, without remarks")]
    More,
    #[error("Use 1 to {} pixels for each side", Image::MOST_SIDE)]
    Size,
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a browser could take for a page or a program; each begins with `<` or `j`. By chance a picture of 1 MB holds the shortest once in a thousand
/// million times.
const FOREIGN: [&[u8]; 8] =
    [b"<script", b"<iframe", b"<!doctype", b"<html>", b"<html ", b"javascript:", b"<?php", b"<foreignobject"];

/// # Errors
/// Why it is not taken.
pub fn read(bytes: &[u8]) -> Result<Picture, NoPicture> {
    let (media_type, size) = if bytes.starts_with(PNG) {
        ("image/png", png(bytes))
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        ("image/jpeg", jpeg(bytes))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        ("image/webp", webp(bytes))
    } else {
        return Err(if is_markup(bytes) { NoPicture::Svg } else { NoPicture::Unknown });
    };
    let (width, height) = size?;
    if ![width, height].into_iter().all(|side| (1..=Image::MOST_SIDE).contains(&side)) {
        return Err(NoPicture::Size);
    }
    if is_foreign(bytes) {
        return Err(NoPicture::More);
    }
    Ok(Picture { media_type, width, height })
}

/// In one pass: a megabyte takes a millisecond or two.
fn is_foreign(bytes: &[u8]) -> bool {
    let is_here = |at: usize, word: &[u8]| bytes.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
    let starts = bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'<' | b'j' | b'J'));
    starts.into_iter().any(|(at, _)| FOREIGN.into_iter().any(|word| is_here(at, word)))
}

fn is_markup(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn big16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_be_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?).into())
}

/// Little-endian, of `count` bytes.
fn small(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(count)?)?;
    Some(part.iter().rev().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
}

/// IHDR first, IEND last, and nothing behind it.
fn png(bytes: &[u8]) -> Result<(u32, u32), NoPicture> {
    let size = || {
        let is_header = big(bytes, 8)? == 13 && bytes.get(12..16)? == b"IHDR";
        if is_header { Some((big(bytes, 16)?, big(bytes, 20)?)) } else { None }
    };
    let size = size().ok_or(NoPicture::Damaged)?;
    let mut at = PNG.len();
    loop {
        let length = big(bytes, at).ok_or(NoPicture::Damaged)? as usize;
        let kind = bytes.get(at + 4..at + 8).ok_or(NoPicture::Damaged)?;
        // Length, kind and checksum stand around what it holds.
        let end = at.checked_add(length).and_then(|end| end.checked_add(12)).ok_or(NoPicture::Damaged)?;
        if end > bytes.len() {
            return Err(NoPicture::Damaged);
        }
        if kind == b"IEND" {
            return if end == bytes.len() { Ok(size) } else { Err(NoPicture::More) };
        }
        at = end;
    }
}

/// Marker after marker up to the frame's header; the file ends with the picture.
fn jpeg(bytes: &[u8]) -> Result<(u32, u32), NoPicture> {
    let mut at = 2;
    let size = loop {
        if bytes.get(at) != Some(&0xff) {
            return Err(NoPicture::Damaged);
        }
        match bytes.get(at + 1) {
            // Any number of these may stand before a marker.
            Some(0xff) => at += 1,
            // Without a length.
            Some(0x01 | 0xd0..=0xd7) => at += 2,
            // Frames; C4, C8 and CC are tables.
            Some(0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => {
                let size = || Some((big16(bytes, at + 7)?, big16(bytes, at + 5)?));
                break size().ok_or(NoPicture::Damaged)?;
            }
            Some(0xc4 | 0xc8 | 0xcc | 0xdb | 0xdd | 0xe0..=0xef | 0xfe) => {
                let length = big16(bytes, at + 2).filter(|length| *length >= 2).ok_or(NoPicture::Damaged)?;
                at += 2 + length as usize;
            }
            _ => return Err(NoPicture::Damaged),
        }
    };
    let end = bytes.windows(2).rposition(|pair| pair == [0xff, 0xd9]).ok_or(NoPicture::Damaged)?;
    // Cameras fill up with zeros.
    if bytes.get(end + 2..).is_some_and(|rest| rest.iter().any(|byte| *byte != 0)) {
        return Err(NoPicture::More);
    }
    Ok(size)
}

/// One of the three forms of its first chunk; the file's length stands in its head.
fn webp(bytes: &[u8]) -> Result<(u32, u32), NoPicture> {
    let length = small(bytes, 4, 4).ok_or(NoPicture::Damaged)? as usize;
    match length.checked_add(8) {
        Some(whole) if whole == bytes.len() => {}
        Some(whole) if whole < bytes.len() => return Err(NoPicture::More),
        _ => return Err(NoPicture::Damaged),
    }
    let size = || match bytes.get(12..16)? {
        b"VP8 " if bytes.get(23..26)? == [0x9d, 0x01, 0x2a] => {
            Some((small(bytes, 26, 2)? & 0x3fff, small(bytes, 28, 2)? & 0x3fff))
        }
        b"VP8L" if bytes.get(20) == Some(&0x2f) => {
            let bits = small(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((small(bytes, 24, 3)? + 1, small(bytes, 27, 3)? + 1)),
        _ => None,
    };
    size().ok_or(NoPicture::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&length, kind, body, &[0; 4]].concat()
    }

    fn a_png(width: u32, height: u32) -> Vec<u8> {
        let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        [PNG, &chunk(b"IHDR", &head), &chunk(b"IDAT", b"x"), &chunk(b"IEND", b"")].concat()
    }

    fn a_jpeg(width: u16, height: u16) -> Vec<u8> {
        let frame = [&[0xff, 0xc0, 0, 11, 8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
        [&[0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0][..], &frame, &[0xff, 0xda, 0, 2, 7, 7, 0xff, 0xd9]].concat()
    }

    fn a_webp(first: &[u8]) -> Vec<u8> {
        let length = u32::try_from(first.len() + 4).unwrap().to_le_bytes();
        [b"RIFF", &length[..], b"WEBP", first].concat()
    }

    fn check(bytes: &[u8], expected: Result<(&'static str, u32, u32), NoPicture>) {
        let expected = expected.map(|(media_type, width, height)| Picture { media_type, width, height });
        assert_eq!(read(bytes), expected);
    }

    #[test]
    fn each_of_the_three_tells_its_size() {
        check(&a_png(640, 480), Ok(("image/png", 640, 480)));
        check(&a_jpeg(640, 480), Ok(("image/jpeg", 640, 480)));
        let lossy = [&b"VP8 "[..], &[10, 0, 0, 0, 0, 0, 0, 0x9d, 0x01, 0x2a], &[0x80, 0x02, 0xe0, 0x01]].concat();
        check(&a_webp(&lossy), Ok(("image/webp", 640, 480)));
        let lossless = [&b"VP8L"[..], &[5, 0, 0, 0, 0x2f], &(639_u32 | (479 << 14)).to_le_bytes()].concat();
        check(&a_webp(&lossless), Ok(("image/webp", 640, 480)));
        let extended = [&b"VP8X"[..], &[10, 0, 0, 0, 0, 0, 0, 0], &[0x7f, 0x02, 0], &[0xdf, 0x01, 0]].concat();
        check(&a_webp(&extended), Ok(("image/webp", 640, 480)));
    }

    #[test]
    fn what_would_unpack_to_more_than_a_message_needs_is_refused() {
        check(&a_png(4_096, 4_096), Ok(("image/png", 4_096, 4_096)));
        check(&a_png(60_000, 60_000), Err(NoPicture::Size));
        check(&a_png(u32::MAX, 1), Err(NoPicture::Size));
        check(&a_png(0, 1), Err(NoPicture::Size));
        check(&a_jpeg(65_535, 10), Err(NoPicture::Size));
    }

    #[test]
    fn markup_and_other_types_are_refused_whatever_they_are_called() {
        check(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", Err(NoPicture::Svg));
        check(b"\xef\xbb\xbf\n <?xml version=\"1.0\"?><svg/>", Err(NoPicture::Svg));
        check(b"<html></html>", Err(NoPicture::Svg));
        for bytes in [&b"GIF89a\x01\x00\x01\x00"[..], b"%PDF-1.7", b"MZ", b"", b"\x89PNG", b"RIFF\x04\x00\x00\x00WAVE"] {
            check(bytes, Err(NoPicture::Unknown));
        }
    }

    #[test]
    fn a_picture_with_something_behind_or_inside_it_is_refused() {
        for picture in [a_png(8, 8), a_jpeg(8, 8)] {
            check(&[&picture[..], b"PK\x03\x04"].concat(), Err(NoPicture::More));
        }
        let inside = [PNG, &chunk(b"IHDR", &a_png(8, 8)[16..29]), &chunk(b"tEXt", b"a\0<ScRiPt>alert(1)"), &chunk(b"IEND", b"")];
        check(&inside.concat(), Err(NoPicture::More));
        let mut webp = a_webp(&[&b"VP8X"[..], &[10, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0]].concat());
        webp.extend(b"<html>");
        check(&webp, Err(NoPicture::More));
        let remark = [&[0xff, 0xd8, 0xff, 0xfe, 0, 14][..], b"javascript:1", &a_jpeg(8, 8)[2..]].concat();
        check(&remark, Err(NoPicture::More));
        check(&[&a_jpeg(8, 8)[..], &[0, 0]].concat(), Ok(("image/jpeg", 8, 8)));
    }

    #[test]
    fn whatever_breaks_off_is_refused_and_nothing_panics() {
        let webp = a_webp(&[&b"VP8X"[..], &[10, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 7, 0, 0]].concat());
        for picture in [a_png(8, 8), a_jpeg(8, 8), webp] {
            for end in 0..picture.len() {
                assert!(read(&picture[..end]).is_err(), "{end} of {}", picture.len());
            }
            for at in 0..picture.len() {
                let mut other = picture.clone();
                other[at] = 0xff;
                assert!(read(&other).is_ok_and(|picture| picture.width <= Image::MOST_SIDE) || read(&other).is_err());
            }
        }
    }
}
