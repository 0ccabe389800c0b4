//! How certain a proposal is: how often proposals like it are right.

/// What is known of a proposal, each 0 to 1 but for the place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Features {
    /// Share of the description that the proposal answers to, unknown words counted in.
    pub coverage: f32,
    /// Share of the words of the phrase, or text, that were asked for.
    pub exhaustion: f32,
    /// How surely the main noun of the description stands in it.
    pub main: f32,
    pub by_phrase: bool,
    /// Its score against that of the best proposal.
    pub share_of_best: f32,
    /// What its heading has of the scores of all proposals.
    pub share_of_heading: f32,
    /// Its place among the codes of the phrase, from 0.
    pub place: usize,
    /// A word that may name the goods is not known.
    pub in_doubt: bool,
    /// How surely the main noun of the description is understood at all.
    pub understood: f32,
    /// Share of its words that are known as written.
    pub known: f32,
    /// All that is understood is one word that was corrected, and that not safely.
    pub is_guess: bool,
}

impl Features {
    /// What is weighed: the features and some of their products.
    fn terms(&self) -> [f32; 16] {
        let number = |is: bool| if is { 1.0 } else { 0.0 };
        let of_phrase = if self.by_phrase { self.exhaustion } else { 0.0 };
        let of_text = if self.by_phrase { 0.0 } else { self.exhaustion };
        let place = self.place.min(3) as f32 / 3.0;
        [
            1.0,
            self.coverage,
            of_phrase,
            self.main,
            number(self.by_phrase),
            self.share_of_best,
            self.share_of_heading,
            place,
            number(self.in_doubt),
            self.known,
            self.coverage * of_phrase,
            self.known * self.main,
            1.0 - self.understood,
            of_text,
            self.coverage * self.share_of_best,
            number(self.is_guess),
        ]
    }
}

/// Weights of [`Features::terms`], fitted by logistic regression on the descriptions that are not held aside.
const WEIGHTS: [f32; 16] = [
    -3.801, -0.967, 1.997, -2.731, -0.813, 1.630, 1.442, -0.837, 0.179, -1.110, 1.504, 2.542, -2.178, 0.455, 3.171,
    -2.100,
];

/// How often a proposal like this is right, 0 to 1.
pub fn certainty(features: &Features) -> f32 {
    let sum: f32 = features.terms().iter().zip(WEIGHTS).map(|(term, weight)| term * weight).sum();
    1.0 / (1.0 + (-sum).exp())
}
