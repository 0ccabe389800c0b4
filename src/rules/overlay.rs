//! What is laid over the lines of a declaration: revised codes and descriptions, and restrictions found on import.
//!
//! It belongs to the owner of an item that is not its origin, and to the owner's customs. It is dropped where the origin
//! or a partner sends it, kept when the origin says something new of the same goods, and screened beside what was
//! declared, never instead. Who sends what is not known here.

use std::collections::{HashMap, VecDeque};

use super::forms::given;
use super::material::{normalized, six_digits};
use crate::contract::{ContentPiece, DeclarationData};

/// The members that are laid over.
type Overlay = [Option<String>; 4];

fn members(piece: &mut ContentPiece) -> [&mut Option<String>; 4] {
    [
        &mut piece.revised_hs,
        &mut piece.revised_description,
        &mut piece.import_restrictions,
        &mut piece.import_restrictions_notes,
    ]
}

fn overlay_of(piece: &ContentPiece) -> Option<Overlay> {
    let overlay =
        [&piece.revised_hs, &piece.revised_description, &piece.import_restrictions, &piece.import_restrictions_notes];
    overlay.iter().any(|member| given(member).is_some()).then(|| overlay.map(Clone::clone))
}

/// Whether a declaration, as its canonical text, may have an overlay: without it every member is null.
pub fn is_there(body: &str) -> bool {
    ["\"RevisedHS\":\"", "\"RevisedDescription\":\"", "\"ImportRestrictions\":\"", "\"ImportRestrictionsNotes\":\""]
        .iter()
        .any(|member| body.contains(member))
}

/// Drops the overlay of every line; says whether there was any.
pub fn remove(data: &mut DeclarationData) -> bool {
    let there = data.content_pieces.iter().any(|piece| overlay_of(piece).is_some());
    for piece in &mut data.content_pieces {
        members(piece).into_iter().for_each(|member| *member = None);
    }
    there
}

/// Lays what stands over the lines of `from` over those lines of `onto` that are the same goods: same description, but
/// for how it is written, and same first six digits of the code. Says whether there was any such line.
pub fn carry(from: &DeclarationData, onto: &mut DeclarationData) -> bool {
    let overlays: Vec<Option<Overlay>> = from.content_pieces.iter().map(overlay_of).collect();
    if overlays.iter().all(Option::is_none) {
        return false;
    }
    let mut places: HashMap<(String, String), VecDeque<usize>> = HashMap::new();
    for (at, piece) in onto.content_pieces.iter().enumerate() {
        places.entry(goods(piece)).or_default().push_back(at);
    }
    let mut carried = false;
    for (piece, overlay) in from.content_pieces.iter().zip(overlays) {
        // Lines of the same goods are taken in their order, those without an overlay too.
        let place = places.get_mut(&goods(piece)).and_then(VecDeque::pop_front);
        let line = place.and_then(|at| onto.content_pieces.get_mut(at));
        if let (Some(line), Some(overlay)) = (line, overlay) {
            members(line).into_iter().zip(overlay).for_each(|(member, value)| *member = value);
            carried = true;
        }
    }
    carried
}

/// What makes two lines the same goods.
fn goods(piece: &ContentPiece) -> (String, String) {
    let code = given(&piece.hs).unwrap_or_default();
    (normalized(given(&piece.description).unwrap_or_default()), six_digits(code))
}

/// Code and description of a line as declared and, where something was revised, as revised; either may be empty. Both
/// are screened, and the graver counts.
pub fn readings(piece: &ContentPiece) -> impl Iterator<Item = (&str, &str)> {
    let declared = (given(&piece.hs).unwrap_or_default(), given(&piece.description).unwrap_or_default());
    let revised =
        (given(&piece.revised_hs).unwrap_or(declared.0), given(&piece.revised_description).unwrap_or(declared.1));
    [Some(declared), Some(revised).filter(|revised| *revised != declared)].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(description: &str, hs: &str, revised: Option<&str>) -> ContentPiece {
        ContentPiece {
            description: Some(description.into()),
            hs: Some(hs.into()),
            revised_hs: revised.map(str::to_owned),
            ..ContentPiece::default()
        }
    }

    fn data(content_pieces: Vec<ContentPiece>) -> DeclarationData {
        DeclarationData { content_pieces, ..DeclarationData::default() }
    }

    fn revised(data: &DeclarationData) -> Vec<Option<&str>> {
        data.content_pieces.iter().map(|piece| piece.revised_hs.as_deref()).collect()
    }

    #[test]
    fn removing_says_whether_there_was_something() {
        let mut some = data(vec![line("Toy", "930690", Some("950300")), line("Book", "490199", None)]);
        some.content_pieces[1].import_restrictions = Some("R".into());
        assert!(remove(&mut some));
        assert_eq!(some, data(vec![line("Toy", "930690", None), line("Book", "490199", None)]));
        assert!(!remove(&mut some));
        assert!(!remove(&mut data(vec![line("Toy", "1", Some(" "))])), "a blank is nothing");
    }

    #[test]
    fn what_is_carried_goes_to_the_same_goods() {
        let old = data(vec![line("Wooden Toy", "9503.00", Some("950300")), line("Book", "490199", Some("490110"))]);
        let mut new = data(vec![
            line("Lamp", "940511", None),
            line("wooden-toy", "95030099", None),
            line("Book", "490300", None),
        ]);
        assert!(carry(&old, &mut new));
        assert_eq!(revised(&new), [None, Some("950300"), None]);
        assert!(!carry(&data(vec![line("Book", "490300", None)]), &mut new));
        assert_eq!(revised(&new), [None, Some("950300"), None]);
        let mut other = data(vec![line("Lamp", "940511", None)]);
        assert!(!carry(&old, &mut other));
    }

    #[test]
    fn lines_of_the_same_goods_are_taken_in_order() {
        let old = data(vec![line("Toy", "950300", None), line("Toy", "950300", Some("930690"))]);
        let mut new = data(vec![line("Toy", "950300", None), line("Toy", "950300", None)]);
        assert!(carry(&old, &mut new));
        assert_eq!(revised(&new), [None, Some("930690")]);
    }

    #[test]
    fn what_was_declared_is_read_beside_what_was_revised() {
        let piece = line("Parts", "930690", Some("950300"));
        assert_eq!(readings(&piece).collect::<Vec<_>>(), [("930690", "Parts"), ("950300", "Parts")]);
        assert_eq!(readings(&line("Toy", "950300", None)).collect::<Vec<_>>(), [("950300", "Toy")]);
        let only = ContentPiece { revised_description: Some("Toy".into()), ..ContentPiece::default() };
        assert_eq!(readings(&only).collect::<Vec<_>>(), [("", ""), ("", "Toy")]);
    }
}
