//! Enums that are stored as a word, so that the database can be read by people.

/// Declares an enum together with the word each variant is stored as.
macro_rules! codes {
    (
        $(#[$meta:meta])* $vis:vis enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name { $( $(#[$variant_meta])* $variant ),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The word it is stored as, which is also fit for interfaces.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::db::Column for $name {
            fn from_cell(cell: $crate::db::Cell) -> Option<Self> {
                let word = String::from_cell(cell)?;
                Self::ALL.iter().copied().find(|code| code.as_str() == word)
            }
        }

        impl $crate::db::Bind for $name {
            fn bind(&self) -> $crate::db::Param<'_> {
                $crate::db::Param::Text(Some(self.as_str()))
            }
            fn null() -> $crate::db::Param<'static> {
                $crate::db::Param::Text(None)
            }
        }
    };
}

pub(crate) use codes;
