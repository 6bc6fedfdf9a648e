//! The words under an exported photo: what it shows, where, when, and by which hash the original is found again.

use crate::domain::clock::{Instant, SHANGHAI};

/// Signs of the original's hash that are printed: enough to find it, short enough to read aloud.
const HASH_SIGNS: usize = 16;

/// The first line under a photo of a demo, in words and for machines that cannot write Chinese.
const DEMO: (&str, &str) = ("示例数据，不是真实情况 · Example data", "EXAMPLE DATA");

/// What is known of a photo when it is exported.
#[derive(Debug, Clone, Default)]
pub struct StampFacts {
    pub site_name: Option<String>,
    pub site_code: Option<String>,
    pub item: Option<String>,
    pub item_code: String,
    /// Stall or room; '' where the site is one.
    pub instance: String,
    pub taken_at: Option<Instant>,
    pub township: Option<String>,
    pub village: Option<String>,
    pub lon_lat: Option<(f64, f64)>,
    pub accuracy_m: Option<f64>,
    pub ticket: Option<String>,
    pub sha256: String,
    /// Faces or plates were covered.
    pub covered: bool,
    /// The photographer's drawing lies over it.
    pub drawn: bool,
    /// Of a county that is made up.
    pub demo: bool,
}

/// One entry a line: in Chinese, and as codes for machines that cannot write Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub words: Vec<String>,
    pub codes: Vec<String>,
}

impl StampFacts {
    pub fn stamp(&self) -> Stamp {
        Stamp { words: self.words(), codes: self.codes() }
    }

    fn words(&self) -> Vec<String> {
        let with_code =
            |name: Option<&str>, code: Option<&str>| match (name, code.filter(|code| !code.is_empty())) {
                (Some(name), Some(code)) => format!("{name}（{code}）"),
                (Some(only), None) | (None, Some(only)) => only.to_owned(),
                (None, None) => "—".to_owned(),
            };
        let site = with_code(self.site_name.as_deref(), self.site_code.as_deref());
        let mut item = with_code(self.item.as_deref(), Some(&self.item_code));
        if !self.instance.is_empty() {
            item = format!("{item} {}", self.instance);
        }
        let ticket = self.ticket.as_deref().unwrap_or("—");
        let places = [self.township.as_deref(), self.village.as_deref()];
        let mut place = places.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if let Some((lon, lat)) = self.lon_lat {
            let near = self.accuracy_m.map_or_else(String::new, |metres| format!("，误差约 {metres:.0} 米"));
            place = format!("{place} 东经 {lon:.5}，北纬 {lat:.5}{near}");
        }
        let place = match place.trim() {
            "" => "没有定位",
            place => place,
        };
        let time = self.time().map_or_else(|| "—".to_owned(), |time| format!("{time}（北京时间）"));
        let mut origin = format!("原片 SHA-256：{}…", self.hash());
        if self.drawn {
            origin.push_str("　红线等标注为拍摄人所画");
        }
        if self.covered {
            origin.push_str("　人脸、车牌等已遮挡");
        }
        let mut words = self.demo.then(|| DEMO.0.to_owned()).into_iter().collect::<Vec<_>>();
        words.extend([
            format!("点位：{site}"),
            format!("项目：{item}"),
            format!("时间：{time}　整改单：{ticket}"),
            format!("地点：{place}"),
            origin,
        ]);
        words
    }

    fn codes(&self) -> Vec<String> {
        let site = self.site_code.as_deref().unwrap_or("-");
        let item = if self.item_code.is_empty() { "-" } else { &self.item_code };
        let ticket = self.ticket.as_deref().unwrap_or("-");
        let time = self.time().map_or_else(|| "-".to_owned(), |time| format!("{time} +08"));
        let place = self.lon_lat.map_or_else(|| "-".to_owned(), |(lon, lat)| format!("{lon:.5}, {lat:.5}"));
        let mut origin = format!("SHA-256 {}", self.hash());
        if self.drawn {
            origin.push_str("  DRAWN ON");
        }
        if self.covered {
            origin.push_str("  COVERED");
        }
        let mut codes = self.demo.then(|| DEMO.1.to_owned()).into_iter().collect::<Vec<_>>();
        codes.extend([
            format!("SITE {site}  ITEM {item}"),
            format!("NO {ticket}  {time}"),
            format!("LON, LAT {place}"),
            origin,
        ]);
        codes
    }

    fn time(&self) -> Option<String> {
        let at = self.taken_at?.with_timezone(&SHANGHAI);
        Some(at.format("%Y-%m-%d %H:%M").to_string())
    }

    fn hash(&self) -> &str {
        self.sha256.get(..HASH_SIGNS).unwrap_or(&self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> StampFacts {
        StampFacts {
            site_name: Some("示例路公交站".into()),
            site_code: Some("51-99010010-0001".into()),
            item: Some("站牌破损".into()),
            item_code: "BUS-01".into(),
            taken_at: "2026-11-23T01:05:00Z".parse().ok(),
            township: Some("示例镇".into()),
            village: Some("一村".into()),
            lon_lat: Some((104.977_289, 35.5)),
            accuracy_m: Some(8.4),
            ticket: Some("2026-0012".into()),
            sha256: "0123456789abcdef".repeat(4),
            ..StampFacts::default()
        }
    }

    #[test]
    fn it_says_site_item_time_place_ticket_and_hash() {
        let stamp = StampFacts { covered: true, drawn: true, instance: "3 号摊".into(), ..facts() }.stamp();
        assert_eq!(
            stamp.words,
            [
                "点位：示例路公交站（51-99010010-0001）",
                "项目：站牌破损（BUS-01） 3 号摊",
                "时间：2026-11-23 09:05（北京时间）　整改单：2026-0012",
                "地点：示例镇 一村 东经 104.97729，北纬 35.50000，误差约 8 米",
                "原片 SHA-256：0123456789abcdef…　红线等标注为拍摄人所画　人脸、车牌等已遮挡",
            ]
        );
        assert_eq!(
            stamp.codes,
            [
                "SITE 51-99010010-0001  ITEM BUS-01",
                "NO 2026-0012  2026-11-23 09:05 +08",
                "LON, LAT 104.97729, 35.50000",
                "SHA-256 0123456789abcdef  DRAWN ON  COVERED",
            ]
        );
    }

    #[test]
    fn a_photo_of_a_demo_says_so_first() {
        let real = facts().stamp();
        let demo = StampFacts { demo: true, ..facts() }.stamp();
        assert_eq!((demo.words[0].as_str(), demo.codes[0].as_str()), DEMO);
        assert_eq!((&demo.words[1..], &demo.codes[1..]), (&real.words[..], &real.codes[..]));
    }

    #[test]
    fn what_is_not_known_is_said_to_be_missing() {
        let stamp = StampFacts::default().stamp();
        assert_eq!(stamp.words[..4], ["点位：—", "项目：—", "时间：—　整改单：—", "地点：没有定位"]);
        assert!(stamp.codes.iter().all(|line| line.is_ascii()));
    }
}
