//! `/api/v1/lists`: every list as a workbook, with the filters of its own address. What each is called and who may take it along stands in
//! `domain/reports/lists`, what its rows say in `app/reports/lists`.

use super::{
    audit::AuditQuery,
    campaigns::CampaignsQuery,
    colours::ColoursQuery,
    devices::DevicesQuery,
    duties::{GapsQuery, SelfChecksQuery},
    feedback::FeedbackQuery,
    honours::HonoursQuery,
    inspections::{self, ListQuery},
    people::Filter,
    photo_flags::FlagsQuery,
    sheets::{SheetQuery, download},
    sites,
};
use crate::{
    app::{
        App, Caller,
        duties::{gaps::GapKind, readiness::Lack},
        reports::{
            ledger::Ledger,
            lists::{self, boards, desk, duties},
        },
    },
    domain::{
        problem::Code,
        reports::{ledger::Language, lists::List},
    },
    http::{
        extract::{Path, parse_query as asked},
        problem::Answer,
    },
};
use actix_web::{HttpRequest, web};
use serde::Deserialize;
use uuid::Uuid;

/// Of which campaign.
#[derive(Deserialize)]
struct CampaignQuery {
    id: Uuid,
    /// As it was when it ended.
    #[serde(rename = "final")]
    last: Option<bool>,
}

/// Of which draw, and which of its tickets.
#[derive(Deserialize)]
struct LookBackQuery {
    id: Uuid,
    state: Option<String>,
}

#[derive(Deserialize)]
struct GapQuery {
    kind: Option<GapKind>,
}

#[derive(Deserialize)]
struct UnreadyQuery {
    lack: Option<Lack>,
    /// Part of the unit's or its township's name.
    q: Option<String>,
}

/// The rows of a list as a workbook, in the same order; audited. Filters are those of the list's own address; `campaign` and `look-back`
/// take the `id`.
#[utoipa::path(get, path = "/api/v1/lists/{list}.xlsx", tag = "lists", params(("list" = String, Path, description = "Such as `visits` or `zero`"), SheetQuery),
    responses(
        (status = 200, description = "The workbook", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, description = "forbidden: the post may not read this list"),
        (status = 404, description = "not_found: no such list"),
        (status = 422, description = "invalid_field: too many rows"),
    ))]
pub async fn workbook(
    app: web::Data<App>,
    caller: Caller,
    path: Path<String>,
    request: HttpRequest,
) -> Answer {
    let list = List::parse(&path.0).ok_or(Code::NotFound)?;
    caller.require(list.action())?;
    let query = request.query_string();
    let language = asked::<SheetQuery>(query)?.language()?;
    download(Box::pin(written(&app, &caller, (list, language), query)).await?)
}

async fn written(
    app: &App,
    caller: &Caller,
    (list, language): (List, Language),
    query: &str,
) -> Answer<Ledger> {
    Ok(match list {
        List::Visits => {
            let filter = inspections::narrowed(&asked::<ListQuery>(query)?, caller);
            lists::visits(app, caller, language, &filter).await
        }
        List::Sites => lists::sites(app, caller, language, &sites::narrowed(asked(query)?)).await,
        List::People => lists::people(app, caller, language, &asked::<Filter>(query)?.into()).await,
        List::Unsent => lists::unsent(app, caller, language).await,
        List::Devices => lists::devices(app, caller, language, asked::<DevicesQuery>(query)?.words()).await,
        List::Audit => lists::audit(app, caller, language, &asked::<AuditQuery>(query)?.into()).await,
        List::Zero => boards::zero(app, caller, language).await,
        List::Campaigns => {
            boards::campaigns(app, caller, language, asked::<CampaignsQuery>(query)?.state()?).await
        }
        List::Campaign => {
            let CampaignQuery { id, last } = asked(query)?;
            boards::campaign(app, caller, language, (id, last == Some(true))).await
        }
        List::LookBacks => boards::look_backs(app, caller, language).await,
        List::LookBack => {
            let LookBackQuery { id, state } = asked(query)?;
            boards::look_back(app, caller, language, (id, state.as_deref())).await
        }
        List::Gaps => {
            let wanted = (asked::<GapsQuery>(query)?.township_id, asked::<GapQuery>(query)?.kind);
            duties::gaps(app, caller, language, wanted).await
        }
        List::Unready => {
            let UnreadyQuery { lack, q } = asked(query)?;
            duties::unready(app, caller, language, (lack, q.as_deref())).await
        }
        List::NoProgress => duties::no_progress(app, caller, language).await,
        List::SelfChecks => {
            let SelfChecksQuery { month, township_id } = asked(query)?;
            duties::self_checks(app, caller, language, (month.as_deref(), township_id)).await
        }
        List::SelfCheckSites => {
            let SelfChecksQuery { month, township_id } = asked(query)?;
            duties::self_check_sites(app, caller, language, (month.as_deref(), township_id)).await
        }
        List::Honours => duties::honours(app, caller, language, &asked::<HonoursQuery>(query)?.asked()).await,
        List::PhotoFlags => desk::flags(app, caller, language, &asked::<FlagsQuery>(query)?.into()).await,
        List::Colours => desk::colours(app, caller, language, &asked::<ColoursQuery>(query)?.into()).await,
        List::Feedback => desk::feedback(app, caller, language, asked::<FeedbackQuery>(query)?.which()).await,
        List::Rounds => desk::rounds(app, caller, language).await,
    }?)
}
