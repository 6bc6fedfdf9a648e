//! What is sealed opens with its key only, and any damage is noticed.

use super::*;
use secrecy::ExposeSecret;

fn key() -> (Recipients, Identities) {
    let (secret, public) = new_identity();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), secret.expose_secret()).unwrap();
    (Recipients::parse(&[public]).unwrap(), Identities::read(file.path()).unwrap())
}

fn sealed(to: &Recipients, plain: &[u8], packed: bool) -> (Vec<u8>, String) {
    let mut sealer = Sealer::new(to, packed).unwrap();
    let mut all = Vec::new();
    for chunk in plain.chunks(10_000) {
        all.extend(sealer.take(chunk).unwrap());
    }
    let (rest, bytes, hash) = sealer.finish().unwrap();
    all.extend(rest);
    assert_eq!(
        (usize::try_from(bytes).ok(), hash.as_str()),
        (Some(all.len()), hex(&Sha256::digest(&all)).as_str())
    );
    (all, hash)
}

async fn opened(
    sealed: Vec<u8>,
    keys: Option<Identities>,
    packed: bool,
) -> std::result::Result<(Vec<u8>, Option<String>), Unsealing> {
    let chunks: Vec<_> = sealed.chunks(7_001).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    let mut unsealed = Unsealed::new(futures_util::stream::iter(chunks).boxed(), keys, packed);
    let mut plain = Vec::new();
    while let Some(bytes) = unsealed.next().await? {
        plain.extend_from_slice(&bytes);
    }
    Ok((plain, unsealed.sealed_hash()))
}

fn text() -> Vec<u8> {
    (0..60_000_u32).flat_map(|n| (n % 251).to_le_bytes()).collect()
}

#[tokio::test]
async fn what_was_sealed_opens_with_its_key_and_with_no_other() {
    let ((to, keys), (_, others)) = (key(), key());
    for packed in [false, true] {
        let (bytes, hash) = sealed(&to, &text(), packed);
        let (plain, told) = opened(bytes.clone(), Some(keys.clone()), packed).await.unwrap();
        assert!(plain == text() && told.as_deref() == Some(hash.as_str()));
        assert!(matches!(opened(bytes, Some(others.clone()), packed).await, Err(Unsealing::WrongKey)));
        let open = sealed(&Recipients::default(), &text(), packed).0;
        assert!(opened(open, None, packed).await.unwrap().0 == text());
    }
    assert_eq!(Recipients::parse(&["age1nonsense".into()]).err().as_deref(), Some("age1nonsense"));
}

#[tokio::test]
async fn a_changed_or_missing_byte_is_noticed_wherever_it_is() {
    let (to, keys) = key();
    let (bytes, _) = sealed(&to, &text(), false);
    for at in [0, 40, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(opened(changed, Some(keys.clone()), false).await.is_err(), "byte {at}");
    }
    for length in [0, 30, bytes.len() / 2, bytes.len() - 1] {
        assert!(
            opened(bytes[..length].to_vec(), Some(keys.clone()), false).await.is_err(),
            "cut at {length}"
        );
    }
}

#[test]
fn files_of_other_keys_lie_apart() {
    let ((one, _), (two, _)) = (key(), key());
    assert_ne!(one.mark(), two.mark());
    assert_eq!(Recipients::default().mark(), "open");
    assert_eq!(one.mark().len(), 16);
}
