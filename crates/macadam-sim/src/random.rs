//! Seeded randomness: the same seed gives the same device, day and fault on every machine.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A generator (SplitMix64) whose whole state is one number, so that it can be saved and resumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence of `seed` that belongs to `purpose`.
    ///
    /// Different purposes are independent: a new use of randomness changes no other one.
    #[must_use]
    pub fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a; it only has to differ between purposes and never to change.
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut random = Self(seed ^ hash);
        random.number();
        random
    }

    /// The next number of the sequence.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but without, `bound`; 0 when there is no such number.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.number()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of a product of two u64 fits")
    }

    /// True in `permille` of a thousand cases.
    pub fn permille(&mut self, permille: u16) -> bool {
        self.below(1000) < u64::from(permille)
    }

    /// A whole number of seconds from `least` up to, but without, `most`.
    pub fn between(&mut self, least: SignedDuration, most: SignedDuration) -> SignedDuration {
        let width = u64::try_from(most.as_secs() - least.as_secs()).unwrap_or(0);
        let extra = i64::try_from(self.below(width)).expect("less than a difference of two i64");
        least + SignedDuration::from_secs(extra)
    }

    /// One of `choices`; `None` when there are none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let index = self.below(choices.len() as u64);
        choices.get(usize::try_from(index).ok()?)
    }

    /// `N` octets.
    pub fn octets<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.number().to_be_bytes()[0])
    }

    /// A UUID in upper case, of the shape Apple's devices use.
    pub fn uuid(&mut self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08X}-{:04X}-4{:03X}-{:04X}-{:012X}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_of_one_seed_differ_and_repeat() {
        let draw = |purpose| Random::new(7, purpose).number();
        assert_eq!(draw("power"), draw("power"));
        assert_ne!(draw("power"), draw("person"));
    }

    #[test]
    fn chance_comes_out_about_as_often_as_it_says() {
        let mut random = Random::new(1, "chance");
        let hits = (0..10_000).filter(|_| random.permille(250)).count();
        assert!((2_300..2_700).contains(&hits), "{hits} of 10,000");
    }

    #[test]
    fn bounds_are_kept() {
        let mut random = Random::new(2, "bounds");
        let (least, most) = (SignedDuration::from_mins(5), SignedDuration::from_mins(6));
        for _ in 0..1_000 {
            let drawn = random.between(least, most);
            assert!(least <= drawn && drawn < most);
        }
        assert_eq!(random.between(most, least), most);
        assert_eq!(random.below(0), 0);
    }
}
