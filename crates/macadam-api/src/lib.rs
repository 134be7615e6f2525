//! The admin API's wire formats and their conversion to and from policy types.
