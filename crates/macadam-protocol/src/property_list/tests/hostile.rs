//! Hostile property lists, for the tests that refuse them and the benchmark of how long that takes.

/// Arrays in arrays, as deep as a message is long.
pub(crate) fn nested_binary_arrays() -> Vec<u8> {
    // Each array holds one reference, to the next.
    let objects: Vec<Vec<u8>> = (0..40_000_u32)
        .map(|number| [&[0xa1][..], &(number + 1).to_be_bytes()].concat())
        .chain([vec![0x09]])
        .collect();
    binary(&objects, 4)
}

/// Eleven arrays of seven references, each to the next: 7^11 values.
pub(crate) fn billion_laughs() -> Vec<u8> {
    let objects: Vec<Vec<u8>> = (0..11_u8)
        .map(|number| [vec![0xa7], vec![number + 1; 7]].concat())
        .chain([vec![0x09]])
        .collect();
    binary(&objects, 1)
}

/// One long string, referred to 4,096 times.
pub(crate) fn repeated_string() -> Vec<u8> {
    let text = [&[0x5f, 0x11, 0x10, 0x00][..], &[b'a'; 4096]].concat();
    let list = [&[0xaf, 0x11, 0x10, 0x00][..], &[1; 4096]].concat();
    binary(&[list, text], 1)
}

/// A dictionary with one long key, referred to 4,096 times.
pub(crate) fn repeated_key() -> Vec<u8> {
    let key = [&[0x5f, 0x11, 0x40, 0x00][..], &[b'k'; 0x4000]].concat();
    let dictionary = vec![0xd1, 2, 3];
    let list = [&[0xaf, 0x11, 0x10, 0x00][..], &[1; 4096]].concat();
    binary(&[list, dictionary, key, vec![0x09]], 1)
}

/// An array whose one value is itself.
pub(crate) fn cycle() -> Vec<u8> {
    binary(&[vec![0xa1, 0]], 1)
}

/// A binary list of these objects, the first of which is the top.
pub(crate) fn binary(objects: &[Vec<u8>], reference_size: u8) -> Vec<u8> {
    let mut octets = b"bplist00".to_vec();
    let mut offsets = Vec::new();
    for object in objects {
        offsets.push(octets.len() as u32);
        octets.extend(object);
    }
    let table = octets.len() as u64;
    let offset_size: u8 = if table < 256 { 1 } else { 4 };
    for offset in &offsets {
        octets.extend(&offset.to_be_bytes()[4 - usize::from(offset_size)..]);
    }
    octets.extend([0; 6]);
    octets.extend([offset_size, reference_size]);
    octets.extend((objects.len() as u64).to_be_bytes());
    octets.extend(0_u64.to_be_bytes());
    octets.extend(table.to_be_bytes());
    octets
}
