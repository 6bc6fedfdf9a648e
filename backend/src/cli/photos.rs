//! `photos`: the copies for the screen, made again from the originals.

use super::{Outcome, Workplace, plain, say};
use clap::{Args, Subcommand};
use lalian::{
    app::field::rebuild::{Extent, Progress},
    server,
};

#[derive(Debug, Args)]
pub struct Photos {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 重新生成显示图和缩略图 Make display copies and thumbnails again, from the originals; may run beside the server and may be repeated
    Rebuild {
        /// 只补缺少的 Only what is missing: lost copies, HEIC that waited for a converter, pictures that took too long
        #[arg(long)]
        missing: bool,
    },
}

impl Photos {
    pub async fn run(self) -> Outcome {
        self.place.log.start()?;
        let What::Rebuild { missing } = self.what;
        let app = server::open_migrated(&self.place.config()?).await?;
        let extent = if missing { Extent::Missing } else { Extent::All };
        let done = app.rebuild_copies(extent, |progress| say(&line(progress))).await;
        app.store.close().await;
        let done = done.map_err(plain)?;
        say(&format!("完成。Done. {}", line(done)));
        if done.failed > 0 {
            return Err(format!(
                "{} 张没有做成，见日志；可以再运行一次。{} could not be made, see the log; run it again.",
                done.failed, done.failed
            )
            .into());
        }
        Ok(())
    }
}

fn line(progress: Progress) -> String {
    let Progress { photos, looked_at, made, unfit, failed } = progress;
    format!(
        "{looked_at}/{photos} 张照片 photos · 已生成 made {made} · 打不开 cannot be opened {unfit} · 失败 failed {failed}"
    )
}
