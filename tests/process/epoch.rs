//! After an older copy was put back the operator renews the epoch, which no running server lets happen beside it.

use lalian_tests::backend::Backend;
use lalian_tests::demo::Demo;
use lalian_tests::http::Http;
use lalian_tests::place::Place;
use lalian_tests::program::{command, run};
use lalian_tests::stories;

stories! {
    async fn the_epoch_is_renewed_on_purpose_and_beside_no_server(place: Place) {
        let renew = async |more: &[&str]| {
            let arguments = [&["epoch", "renew", "--database", &place.url], more].concat();
            run(&mut command(place.folder(), &arguments)).await
        };
        let demo = Demo::start(place.folder(), &place.url).await;
        let before = Http::new(&demo.url).get("/api/v1/health").await.expect(200).header("lalian-epoch").to_owned();
        if place.backend == Backend::Sqlite {
            let beside = renew(&["--restored"]).await;
            assert!(!beside.status.success(), "a server runs on it: {}", beside.output);
        }
        demo.program.terminate().await;
        let unsure = renew(&[]).await;
        assert!(!unsure.status.success() && unsure.output.contains("--restored"), "{}", unsure.output);
        let done = renew(&["--restored"]).await;
        assert!(done.status.success(), "{}", done.output);
        let demo = Demo::start(place.folder(), &place.url).await;
        let after = Http::new(&demo.url).get("/api/v1/health").await.expect(200).header("lalian-epoch").to_owned();
        assert!(after != before && done.output.contains(&after), "{before} {after}: {}", done.output);
    }
}
