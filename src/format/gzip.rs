//! Decompresses gzip: members one after the other, and zeros behind the last one.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

/// Whether a file that begins with `head` is compressed with gzip.
pub fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

/// The content of all members of a gzip file, as one stream. Tapes and some programs pad the file
/// with zeros, which RFC 1952 does not mention and gzip ignores.
pub(super) struct GzipMembers<R> {
    /// The member that is being read; `None` after the last one.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    pub(super) fn of(file: R) -> Self {
        Self { member: Some(GzDecoder::new(file)) }
    }

    /// The next member, from where `file` stands, if there is one.
    fn next(mut file: R) -> io::Result<Option<GzDecoder<R>>> {
        loop {
            let ahead = file.fill_buf()?;
            let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
            match (ahead.len(), zeros) {
                (0, _) => return Ok(None),
                (_, 0) => return Ok(Some(GzDecoder::new(file))),
                _ => file.consume(zeros),
            }
        }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    /// Fills the buffer unless the file ends, so that the ends of members do not show.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(member) = self.member.as_mut().filter(|_| filled < buffer.len()) {
            match member.read(&mut buffer[filled..])? {
                0 => {
                    self.member =
                        self.member.take().map_or(Ok(None), |it| Self::next(it.into_inner()))?
                }
                read => filled += read,
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::{BufReader, Write};

    fn member(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn read(file: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        GzipMembers::of(BufReader::with_capacity(7, file)).read_to_end(&mut bytes).map(|_| bytes)
    }

    proptest! {
        #[test]
        fn members_are_one_stream(
            members in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..5),
            zeros in 0usize..20,
        ) {
            let mut file: Vec<u8> = members.iter().flat_map(|bytes| member(bytes)).collect();
            file.resize(file.len() + zeros, 0);
            prop_assert_eq!(read(&file).expect("right"), members.concat());
        }
    }

    #[test]
    fn what_follows_is_no_member() {
        let whole = member(b"0 1 5\n");
        assert!(read(&[&whole[..], b"more"].concat()).is_err());
        assert!(read(&whole[..whole.len() - 1]).is_err());
        // The first read must return as much as there is, or a byte order mark could be split.
        let torn = ["\u{feff}"[..].as_bytes(), b"0 1 5\n"].concat();
        let file = [member(&torn[..1]), member(&torn[1..2]), member(&torn[2..])].concat();
        let mut first = [0; 3];
        assert_eq!(GzipMembers::of(&file[..]).read(&mut first).expect("read"), 3);
    }
}
