//! What the doctor reads of a certificate, against certificates that another library made.

use lalian::domain::care::certificate::Certificate;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

#[test]
fn dates_and_names_are_those_that_were_put_in() {
    let names = ["lalian.example.gov.cn", "*.county.cn", "192.168.1.9"].map(str::to_owned);
    for (until, shown) in
        [(date_time_ymd(2027, 3, 1), "2027-03-01"), (date_time_ymd(2061, 3, 1), "2061-03-01")]
    {
        let mut made = CertificateParams::new(names.to_vec()).expect("names");
        made.not_before = date_time_ymd(2026, 11, 30);
        made.not_after = until;
        let key = KeyPair::generate().expect("a key");
        let der = made.self_signed(&key).expect("a certificate").der().to_vec();
        let read = Certificate::read(&der).expect("readable");
        assert_eq!(read.names, names);
        assert_eq!(read.not_before.format("%F").to_string(), "2026-11-30");
        assert_eq!(read.not_after.format("%F").to_string(), shown);
        for length in 0..der.len() {
            // Whatever is cut off, it ends and says nothing false.
            if let Some(short) = Certificate::read(&der[..length]) {
                assert_eq!(short, read);
            }
        }
    }
}
