// Practice: a visit on an invented site with the county's own checklist. It is an ordinary draft with ordinary photos, so that everything is as
// in the field, but one that nothing seals; what it would have sent is told at its end.
import type { Answer } from './checklist';
import type { Checklist, ChecklistItem, Severity, Site } from './rows';

export const PRACTICE_SITE = 'practice';

/** An invented site of a kind; nowhere, so that no distance is measured. */
export function practiceSite(kind: string, name: string): Site {
  return {
    id: PRACTICE_SITE, code: '', kind, name, township_id: '', township_name: '', village_id: null, village_name: null, lon: null, lat: null, status: 'active', version: 0,
    last_visit: null, open_tickets: 0,
  };
}

/** A ticket that a real visit would have made. */
export interface WouldBe {
  readonly item: ChecklistItem;
  readonly title: string;
  readonly severity: Severity;
  readonly fixed_on_spot: boolean;
}

/** The tickets that these answers would have made, in the list's order. */
export function wouldMake(checklist: Checklist, answers: readonly Answer[]): readonly WouldBe[] {
  return checklist.body.items.flatMap((item) =>
    item.makes === 'score'
      ? []
      : answers
          .filter((answer) => answer.item === item.code && answer.result === 'fail')
          .flatMap((answer) => answer.findings.map((finding): WouldBe => ({ item, title: finding.title ?? '', severity: severityOf(item, answer), fixed_on_spot: finding.fixed_on_spot }))),
  );
}

/** An option may raise what its item says. */
function severityOf(item: ChecklistItem, answer: Answer): Severity {
  const option = (item.options ?? []).find((one) => one.key === answer.value);
  return option?.severity ?? item.severity ?? 'minor';
}
