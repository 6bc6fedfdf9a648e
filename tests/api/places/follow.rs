//! What follows an import: phones hear of sites whose places were renamed, and sites that lie elsewhere than registered carry a mark.

use super::{COUNTY, County, DIVISIONS, REGIONS};
use lalian::{
    app::Caller,
    domain::{
        people::role::Role,
        places::{division, geojson, site},
    },
};
use lalian_tests::{actor::Actor, stories};
use serde_json::{Value, json};

const TOWNSHIP: &str = "519901001000";
const HEAD: &str = "code,kind,name,township_code,village_code,longitude,latitude\n";

impl County {
    async fn import_divisions(&self, csv: &str) {
        let rows = division::from_csv(csv.as_bytes()).expect("rows");
        self.server.app().import_divisions(&Caller::system(None), &rows).await.expect("imported");
    }

    async fn import_site(&self, line: &str) {
        let rows = site::from_csv(format!("{HEAD}{line}\n").as_bytes()).expect("rows");
        self.server.app().import_sites(&Caller::system(None), &rows).await.expect("imported");
    }
}

/// Where the feed stands for this reader.
async fn cursor(actor: &Actor) -> String {
    actor.http.get("/api/v1/sync/snapshot").await.expect(200).text("/cursor")
}

/// The newer versions of sites that the feed tells after a cursor. On PostgreSQL changes are told when they are some seconds
/// old, so those of the first import may still come along.
async fn told(actor: &Actor, from: &str, newer_than: i64) -> Vec<Value> {
    for _ in 0..100 {
        let new = |change: &Value| change["noun"] == "sites" && change["version"].as_i64() > Some(newer_than);
        let sites: Vec<Value> = actor.told_since(from).await.into_iter().filter(new).collect();
        if !sites.is_empty() {
            return sites;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the feed tells nothing");
}

stories! {
    async fn a_renamed_township_sends_its_sites_again(county: County) {
        let (office, officer) = (county.somebody(Role::Office, COUNTY).await, county.somebody(Role::DeskOfficer, TOWNSHIP).await);
        let elsewhere = county.somebody(Role::DeskOfficer, "519901002000").await;
        let own = officer.list("/api/v1/sites").await.len();
        let cursors = (cursor(&office).await, cursor(&officer).await, cursor(&elsewhere).await);
        county.import_divisions(&DIVISIONS.replace("杏桥街道,township", "新杏桥街道,township")).await;
        for (reader, from) in [(&office, &cursors.0), (&officer, &cursors.1)] {
            let sites = told(reader, from, 1).await;
            assert_eq!(sites.len(), own, "the sites of that township and no other");
            for site in &sites {
                assert_eq!((&site["row"]["township_name"], &site["version"]), (&json!("新杏桥街道"), &json!(2)), "{site}");
            }
        }
        // The neighbour hears of the division alone.
        let feed = elsewhere.http.get(&format!("/api/v1/sync?cursor={}", cursors.2)).await.expect(200).json();
        let renamed = |change: &&Value| change["noun"] == "sites" && change["version"] == 2;
        assert_eq!(feed["changes"].as_array().expect("changes").iter().filter(renamed).count(), 0);
        // A village's name stands on its own sites only; the same file again is told to nobody.
        let from = cursor(&office).await;
        county.import_divisions(&DIVISIONS.replace("杏桥街道,township", "新杏桥街道,township")).await;
        county.import_divisions("code,name,level,parent\n519901001001,新松场社区,village,519901001000\n").await;
        let sites = told(&office, &from, 2).await;
        assert!(sites.iter().all(|site| site["row"]["village_name"] == "新松场社区"), "{sites:?}");
    }

    async fn a_site_outside_its_registered_township_carries_a_mark(county: County) {
        let office = county.somebody(Role::Office, COUNTY).await;
        assert!(office.list("/api/v1/sites?outside_township=true").await.is_empty(), "the demo's register is right");
        let all = office.list("/api/v1/sites").await.len();
        let of = async |code: &str| {
            let rows = office.list(&format!("/api/v1/sites?q={code}")).await;
            rows.into_iter().find(|row| row["code"] == *code).expect("this site")
        };
        let there = office.list("/api/v1/sites").await.into_iter().find(|row| row["township_name"] == "花屋街道").expect("a site of the neighbour");
        let (lon, lat) = (there["lon"].as_f64().expect("degrees"), there["lat"].as_f64().expect("degrees"));
        county.import_site(&format!("99-A,clinic,错放的点位,{TOWNSHIP},519901001001,{lon},{lat}")).await;
        county.import_site(&format!("99-B,clinic,县外的点位,{TOWNSHIP},519901001001,100.0,31.0")).await;
        for code in ["99-A", "99-B"] {
            assert_eq!(of(code).await["outside_township"], true, "marked, and taken in all the same");
        }
        assert_eq!(office.list("/api/v1/sites?outside_township=true").await.len(), 2);
        assert_eq!(office.list("/api/v1/sites?outside_township=false").await.len(), all);
        assert_eq!(office.rows("sites").await.iter().filter(|row| row["outside_township"] == true).count(), 2, "phones are told");
        // The register is corrected: the mark goes.
        let there = office.list("/api/v1/sites?q=01-01001001-0001").await.remove(0);
        county.import_site(&format!("99-A,clinic,错放的点位,{TOWNSHIP},519901001001,{},{}", there["lon"], there["lat"])).await;
        assert_eq!(of("99-A").await["outside_township"], false);
        // A new outline judges the sites that are here already: 99-B comes to lie inside, all others far outside.
        let mut file: Value = serde_json::from_slice(REGIONS).expect("JSON");
        let drawn = |ring: Value| json!({ "type": "Polygon", "coordinates": [ring] });
        file["features"].as_array_mut().expect("features").retain(|feature| {
            let code = feature["properties"]["code"].as_str().unwrap_or_default();
            code.starts_with("519901001")
        });
        for feature in file["features"].as_array_mut().expect("features") {
            feature["geometry"] = drawn(json!([[99.9, 30.9], [100.1, 30.9], [100.1, 31.1], [99.9, 31.1], [99.9, 30.9]]));
        }
        let rows = geojson::divisions(file.to_string().as_bytes()).expect("rows");
        county.server.app().import_divisions(&Caller::system(None), &rows).await.expect("imported");
        assert_eq!(of("99-B").await["outside_township"], false);
        assert_eq!(of("99-A").await["outside_township"], true);
    }
}
