//! What the light says at both ends along the usual flows, where no vector plays them already.

use super::everywhere;
use super::notation::play;

everywhere! {
    fn declared(place) {
        play(place, "AUA:D v1 → AUA Amber NOT_ASSESSED; DEA Amber NO_DECISION; WL(AU)+; WL(DE)+");
    }

    fn assessed_and_changed(place) {
        play(place, "AUA:D v1; DE:L; DEA:ASC → AUA Green OK_TO_LOAD; AUA:D v2 → AUA Amber NOT_ASSESSED !OK_TO_LOAD");
    }

    fn assessed_and_changed_within_a_second(place) {
        play(place, "pause 0; AUA:D v1; DE:L; DEA:ASC; AUA:D v2; DE:L → AUA Amber NOT_ASSESSED !OK_TO_LOAD
            DEA SecurityState=ASSESSING");
    }

    fn assessed_by_customs_and_changed_within_a_second(place) {
        play(place, "AUA:D v1; DE:L; pause 0; DE:ASC; AUA:D v2; DE:L; DEA:RFI → AUA Amber !OK_TO_LOAD
            DEA SecurityState=REFERRED_DATA; AUA:R10 → DEA SecurityState=ASSESSING");
    }

    fn decided_changed_and_read_again_within_a_second(place) {
        play(place, "AUA:D v1; DE:L; pause 0; DE:R 2; AUA:D v2; DE:L; set DE reads first; set DE reads latest
            → DEA Amber CHANGED_SINCE_DECISION; WL(DE)+");
    }

    fn redirected(place) {
        play(place, "AUA:D v1; DE:L; DE:R 2; AUA:D AUA>FRA v1 → AUA Amber NOT_ASSESSED
            DEA Amber REDIRECTED; FRA Amber NO_DECISION; WL(FR)+");
    }

    fn refused_and_declared_for_the_way_back(place) {
        play(place, "AUA:D v1; DE:L; DE:R 6; DEA:D DEA>AUA v1 → AUA Amber NO_DECISION; WL(AU,I)+; DEA Amber NOT_ASSESSED");
    }

    fn detained_and_declared_for_the_way_back(place) {
        play(place, "AUA:D v1; DE:L; DE:R 7; DEA:D DEA>AUA v1 → DEA Red DETAINED");
    }

    fn transit_data_that_the_origin_confirms(place) {
        play(place, "FRA:D AUA>DEA v1; DE:L; DE:R 2 → DEA Amber DATA_NOT_OF_ORIGIN
            AUA:D AUA>DEA v1 → DEA Green CLEARED !DATA_NOT_OF_ORIGIN DeclaredBy=AUA; WL(DE)-");
    }

    fn a_foreign_id_that_is_cleared(place) {
        play(place, "FRA:D FRA>DEA v1; DE:L; DE:R 2 → DEA Amber FOREIGN_ID; WL(DE)-");
    }
}
