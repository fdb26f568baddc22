#!/usr/bin/env bash
# Scenario C1 (scenarios/hachioji-c1.yaml) through the REST API, from a neighbour's call to the closure with hand-over and 見守り.
# Needs curl and python3 and a running Kasane with its local users:
#
#   bash docs/api-c1.sh                                  # http://localhost:8080
#   KASANE=http://localhost:18090 bash docs/api-c1.sh    # another place
#
# Sources in brackets are the lines of document 002 the step comes from. Every person, place and sentence is invented.
set -euo pipefail
KASANE=${KASANE:-http://localhost:8080}
API=$KASANE/api/v1

# A local user's password is the user's name. On a refusal curl shows the problem+json and the script ends.
call() { local user=$1; shift; curl -sS --fail-with-body -u "$user:$user" -H 'Content-Type: application/json' "$@"; }
# One value out of an answer, e.g. `pick '["case"]["phase"]'`.
pick() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
# Days from today, in Japan: `day -35` is a date, `hour -35` the same hour of that day.
day()  { python3 -c "import datetime as d; print((d.datetime.now(d.timezone(d.timedelta(hours=9))) + d.timedelta(days=$1)).strftime('%Y-%m-%d'))"; }
hour() { python3 -c "import datetime as d; print((d.datetime.now(d.timezone(d.timedelta(hours=9))) + d.timedelta(days=$1)).strftime('%Y-%m-%dT%H:%M+09:00'))"; }
# The id of the open task of this step that this user may work on. A successor is on the list a moment after its predecessor was submitted.
task() {
  local user=$1 step=$2 where=$3 found
  for _ in $(seq 150); do
    found=$(call "$user" "$API/tasks?step=$step&$where" |
      python3 -c "import json, sys; print(next((t['id'] for t in json.load(sys.stdin) if t['workable']), ''))")
    if [ -n "$found" ]; then echo "$found"; return; fi
    sleep 0.2
  done
  echo "no open task $step" >&2; return 1
}
# A member of the household by name.
person() {
  call coordinator "$API/cases/$CASE" |
    python3 -c "import json, sys; print(next(m['id'] for m in json.load(sys.stdin)['household']['members'] if m['called'] == '$1'))"
}
said() { echo "$(date +%H:%M:%S) $*"; }

# 1. reception: a consultation comes in (L2227 (third party), L2098-2118 (checklist))
CONSULTATION=$(call reception -X POST "$API/consultations" -d @- <<JSON | pick '["consultationId"]'
{
  "data": {
    "channel": "phone",
    "broughtBy": "commissioner",
    "receivedAt": "$(hour -60)",
    "subjectKnown": true,
    "subjectName": "架空 次郎",
    "subjectKana": "かくう じろう",
    "subjectAddress": "八王子市架空町一丁目（架空団地 3号棟）",
    "concerns": ["withdrawal", "housing", "health", "family", "community"],
    "mainConcern": "withdrawal",
    "story": "民生委員からの電話。80代の母と50代の息子の二人暮らし。玄関先にごみがたまり、息子の姿を長く見ていない。母は買い物のときに足を引きずっている。",
    "wishes": "近所には知られたくないと母が話していた。",
    "since": "二年ほど前から",
    "consentState": "unasked"
  }
}
JSON
)
said "consultation $CONSULTATION"

# 2. reception: Task_Triage (L2123-25 (the receiving agency judges), L2221-36 (class ④))
TASK=$(task reception Task_Triage "consultationId=$CONSULTATION")
call reception -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "caseClass": "class4",
    "reason": "本人以外からの相談で、対応できる所管がはっきりしない。介護・ひきこもり・住まいの課題が重なっている。",
    "urgency": "soon",
    "route": "case",
    "begin": "assessment"
  }
}
JSON
said "reception: Task_Triage"

# The triage opened a case.
CASE=$(call reception "$API/consultations/$CONSULTATION" | pick '["caseId"]')
said "case $CASE"

# 3. coordinator: Task_GatherInformation (L2079-81 (one household issue), L286 (past and needed agencies))
TASK=$(task coordinator Task_GatherInformation "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "householdName": "架空家",
    "members": [
      {
        "name": "架空 和子",
        "kana": "かくう かずこ",
        "relation": "head",
        "birthDate": "1943-05-01",
        "subject": true,
        "address": "八王子市架空町一丁目（架空団地 3号棟）",
        "addressConcealed": false,
        "concerns": ["care", "health", "housing"],
        "mainConcern": "care"
      },
      {
        "name": "架空 次郎",
        "kana": "かくう じろう",
        "relation": "child",
        "birthDate": "1971-09-12",
        "subject": true,
        "address": "八王子市架空町一丁目（架空団地 3号棟）",
        "addressConcealed": false,
        "concerns": ["withdrawal", "family"],
        "mainConcern": "withdrawal"
      }
    ],
    "agencies": [
      {"agency": "anshin", "relation": "past", "note": "三年前に母の介護の相談があった"},
      {"agency": "minsei", "relation": "current", "note": "見守りの声かけ"},
      {"agency": "gomi", "relation": "needed"},
      {"agency": "hokenjo", "relation": "needed"}
    ],
    "gathered": "高齢者あんしん相談センターには三年前の相談記録がある。保健所との関わりはない。家賃の滞納はない。"
  }
}
JSON
said "coordinator: Task_GatherInformation"

# 4. coordinator: Task_WriteAssessment (L2079-81; no consent → 支援会議 (L2083-84))
TASK=$(task coordinator Task_WriteAssessment "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "householdIssue": "母の体力が落ちて家の中のことが回らなくなり、息子は人と会えないまま家にいる。どちらも助けを求める先を知らない。",
    "strengths": "母は近所の一人とは今も話す。息子は夜に家の前を掃くことがある。",
    "needs": "二人それぞれと関係をつくること。母の体の状態の確認。ごみの片付けの手順。",
    "risks": "母の転倒。夏の暑さ。",
    "consentState": "none",
    "route": "meeting",
    "routeReason": "本人の同意がまだなく、関係機関の情報を合わせる必要がある。"
  }
}
JSON
said "coordinator: Task_WriteAssessment"

# 5. coordinator: Task_ProposeMembers (L2083-84 (社協 asks the city), L2289-91 (members settled together))
TASK=$(task coordinator Task_ProposeMembers "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "purpose": "各機関が持つ情報を合わせ、関わり方を決める",
    "agenda": "世帯の状況、訪問の入り方、役割",
    "agencies": ["fukushi-seisaku", "shakyo", "anshin", "minsei", "gomi", "hokenjo"],
    "desiredFrom": "$(day -40)"
  }
}
JSON
said "coordinator: Task_ProposeMembers"

# 6. manager: Task_ConveneMeeting (L2283-87 (the city convenes))
TASK=$(task manager Task_ConveneMeeting "caseId=$CASE")
call manager -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "scheduledAt": "$(hour -38)",
    "place": "市役所 会議室",
    "agencies": ["fukushi-seisaku", "shakyo", "anshin", "minsei", "gomi", "hokenjo"]
  }
}
JSON
said "manager: Task_ConveneMeeting"

# 7. member: Task_AnswerInvitation (L2254-71 (members share under secrecy); pledge per meeting as in 墨田 L5079-81)
TASK=$(task member Task_AnswerInvitation "caseId=$CASE")
call member -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "outcome": "attend",
    "pledge": true,
    "information": "三年前の相談では、母は介護サービスを「まだいい」と断っていた。電話には出る。"
  }
}
JSON
said "member: Task_AnswerInvitation"

# 8. manager: Task_HoldMeeting (L2458-64 (information before outreach, approach agreed in advance))
TASK=$(task manager Task_HoldMeeting "caseId=$CASE")
call manager -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "heldAt": "$(hour -38)",
    "outcomeSupport": "outreach",
    "attendance": [
      {"agency": "fukushi-seisaku", "attended": true, "pledge": true},
      {"agency": "shakyo", "attended": true, "pledge": true},
      {"agency": "anshin", "attended": true, "pledge": true},
      {"agency": "minsei", "attended": true, "pledge": true},
      {"agency": "gomi", "attended": true, "pledge": true},
      {"agency": "hokenjo", "attended": false, "pledge": false}
    ],
    "minutes": "各機関の情報を確認。母には高齢者あんしん相談センターの電話が届く。息子には急がず、夜の掃除の話から入る。",
    "approach": "社協と高齢者あんしん相談センターで訪問し、母の体のことから関わる。同意が得られたら重層的支援会議へ移る。"
  }
}
JSON
said "manager: Task_HoldMeeting"

# 9. The case stands at outreach.
PHASE=$(call coordinator "$API/cases/$CASE" | pick '["case"]["phase"]')
said "phase $PHASE"
[ "$PHASE" = outreach ]

# 10. coordinator: Task_DraftOutreachPlan (L235-250, L278-303)
TASK=$(task coordinator Task_DraftOutreachPlan "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "goal": "二人のどちらかと、次に会う約束ができるようになる",
    "approach": "玄関先での短い声かけ。ごみの話はこちらからしない。",
    "visitors": ["shakyo", "anshin", "minsei"],
    "intervalDays": 7,
    "firstOn": "$(day -35)",
    "cautions": "昼間は避け、夕方に訪ねる"
  }
}
JSON
said "coordinator: Task_DraftOutreachPlan"

# 11. coordinator: Task_RecordContact (L278-303 (repeated until consent); dates are ours)
TASK=$(task coordinator Task_RecordContact "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "occurredAt": "$(hour -35)",
    "kind": "visit",
    "content": "応答なし。名刺と短い手紙を置いた。",
    "relationStage": "unseen",
    "outcome": "continue",
    "nextOn": "$(day -28)"
  }
}
JSON
said "coordinator: Task_RecordContact"

# 12. coordinator: Task_RecordContact (L278-303; dates are ours)
TASK=$(task coordinator Task_RecordContact "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "occurredAt": "$(hour -28)",
    "kind": "visit",
    "people": "母",
    "content": "母が玄関に出た。膝が痛いこと、買い物がつらいことを話した。",
    "relationStage": "talks",
    "outcome": "continue",
    "nextOn": "$(day -21)"
  }
}
JSON
said "coordinator: Task_RecordContact"

# 13. coordinator: Task_RecordContact (L2291-95 (careful contact leads to consent); dates are ours)
TASK=$(task coordinator Task_RecordContact "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "occurredAt": "$(hour -21)",
    "kind": "visit",
    "people": "母、息子",
    "content": "息子が母の隣に座った。二人とも、片付けを手伝ってもらうことに同意したいと話した。",
    "relationStage": "trusts",
    "outcome": "consent"
  }
}
JSON
said "coordinator: Task_RecordContact"

# 14. coordinator: Task_RecordConsent (L2242-44 (the person files 利用申込), L2295)
TASK=$(task coordinator Task_RecordConsent "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "appliedOn": "$(day -20)",
    "memberIds": ["$(person '架空 和子')", "$(person '架空 次郎')"],
    "scope": ["assessment", "plan", "sharing", "support"],
    "agencies": ["shakyo", "anshin", "gomi", "jiritsu", "fukushi-seisaku"],
    "evidence": "paper"
  }
}
JSON
said "coordinator: Task_RecordConsent"

# 15. The case stands at plan.
PHASE=$(call coordinator "$API/cases/$CASE" | pick '["case"]["phase"]')
said "phase $PHASE"
[ "$PHASE" = plan ]

# 16. coordinator: Task_DraftPlan (L2295, chart L217-319 (支援プラン, 役割分担))
TASK=$(task coordinator Task_DraftPlan "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "personWish": "この家で暮らし続けたい。息子は、いつか外で働いてみたい。",
    "longGoal": "二人がそれぞれ相談できる先を持って暮らす",
    "shortGoal": "母が通院し、玄関から台所までが片付く",
    "leadAgency": "anshin",
    "roles": [
      {"agency": "anshin", "role": "母の介護・通院の支援", "detail": "介護保険の申請と通院の同行"},
      {"agency": "gomi", "role": "片付けと搬出", "detail": "二人が決めた物から月一回"},
      {"agency": "jiritsu", "role": "息子の就労準備の相談", "detail": "本人の望む速さで"},
      {"agency": "shakyo", "role": "全体の調整と伴走", "detail": "月一回の連絡"}
    ],
    "reviewOn": "$(day 0)",
    "path": "meeting"
  }
}
JSON
said "coordinator: Task_DraftPlan"

# 17. coordinator: Task_ProposeMembers (L2279-81 (社協 convenes 重層的支援会議))
TASK=$(task coordinator Task_ProposeMembers "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "purpose": "支援プラン案の適切さを話し合う",
    "agenda": "プラン案、役割分担、評価の時期",
    "agencies": ["fukushi-seisaku", "shakyo", "anshin", "gomi", "jiritsu"]
  }
}
JSON
said "coordinator: Task_ProposeMembers"

# 18. coordinator: Task_ConveneMeeting (L2279-81)
TASK=$(task coordinator Task_ConveneMeeting "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "scheduledAt": "$(hour -14)",
    "place": "社協 相談室",
    "agencies": ["fukushi-seisaku", "shakyo", "anshin", "gomi", "jiritsu"]
  }
}
JSON
said "coordinator: Task_ConveneMeeting"

# 19. member: Task_AnswerInvitation (L1202-09; answer is ours)
TASK=$(task member Task_AnswerInvitation "caseId=$CASE")
call member -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{"data": {"outcome": "attend"}}
JSON
said "member: Task_AnswerInvitation"

# 20. coordinator: Task_HoldMeeting (L1202-09 (plan's appropriateness))
TASK=$(task coordinator Task_HoldMeeting "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "heldAt": "$(hour -14)",
    "outcomeCoordination": "approved",
    "attendance": [
      {"agency": "fukushi-seisaku", "attended": true, "pledge": false},
      {"agency": "shakyo", "attended": true, "pledge": false},
      {"agency": "anshin", "attended": true, "pledge": false},
      {"agency": "gomi", "attended": true, "pledge": false},
      {"agency": "jiritsu", "attended": true, "pledge": false}
    ],
    "minutes": "プラン案のとおりでよい。搬出は天気のよい平日に行う。",
    "approach": "役割分担のとおり支援を始める。"
  }
}
JSON
said "coordinator: Task_HoldMeeting"

# 21. manager: Task_DecidePlan (L1356-58, L5820-22 (西東京: the city decides); 八王子's decider is not stated)
TASK=$(task manager Task_DecidePlan "caseId=$CASE")
call manager -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{"data": {"decision": "decided", "decidedOn": "$(day -13)", "documentNo": "福政第１２号"}}
JSON
said "manager: Task_DecidePlan"

# 22. The case stands at monitoring.
PHASE=$(call coordinator "$API/cases/$CASE" | pick '["case"]["phase"]')
said "phase $PHASE"
[ "$PHASE" = monitoring ]

# 23. member: Task_AcceptRole (L2079-81, L2295 (roles are shared out); the answer is ours)
TASK=$(task member Task_AcceptRole "caseId=$CASE")
call member -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{"data": {"outcome": "accepted", "contactPerson": "連携 恵", "reportOn": "$(day 0)"}}
JSON
said "member: Task_AcceptRole"

# 24. member: a contact outside of any task (L2295 (支援); content is ours)
call member -X POST "$API/cases/$CASE/records/contact" -d @- <<JSON >/dev/null
{
  "data": {
    "occurredAt": "$(hour -7)",
    "kind": "accompany",
    "people": "母",
    "content": "整形外科へ同行。介護保険の申請書を書いた。"
  }
}
JSON
said "member: contact"

# 25. coordinator: a contact outside of any task (L2121 (all agencies stay involved); content is ours)
call coordinator -X POST "$API/cases/$CASE/records/contact" -d @- <<JSON >/dev/null
{
  "data": {
    "occurredAt": "$(hour -3)",
    "kind": "visit",
    "people": "母、息子",
    "content": "玄関と台所が片付いた。息子は自立相談支援機関に一度行った。"
  }
}
JSON
said "coordinator: contact"

# 26. member: Task_ReportRole (L2121 (agencies stay involved); content is ours)
TASK=$(task member Task_ReportRole "caseId=$CASE")
call member -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{"data": {"progress": "通院に三回同行し、介護保険を申請した。", "result": "continue", "nextOn": "$(day 60)"}}
JSON
said "member: Task_ReportRole"

# 27. coordinator: Task_Review (L1205-09 (進捗を評価))
TASK=$(task coordinator Task_Review "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "heldOn": "$(day 0)",
    "progress": "母は通院が続き、介護保険の認定を待っている。片付けは終わり、息子は月一回の相談を続けている。",
    "goalState": "reached",
    "decision": "close",
    "reason": "各機関がそれぞれの役割で関わり続けられるようになった。"
  }
}
JSON
said "coordinator: Task_Review"

# 28. coordinator: Task_EvaluateClosure (L3039-43 (hand-over is closure, 世田谷); 八王子: n.s.)
TASK=$(task coordinator Task_EvaluateClosure "caseId=$CASE")
call coordinator -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{
  "data": {
    "reasons": ["eased", "handover"],
    "evaluation": "会えない状態から、二人がそれぞれ相談先を持つところまで進んだ。",
    "decision": "handover",
    "handoverAgency": "anshin",
    "handoverNote": "母の認定結果のあと、息子の様子も合わせて見てほしい。",
    "watch": "yes",
    "watchOn": "$(day 90)",
    "watchNote": "民生委員の声かけを続ける"
  }
}
JSON
said "coordinator: Task_EvaluateClosure"

# 29. member: Task_AcknowledgeHandover (L3041 (引き継ぎ))
TASK=$(task member Task_AcknowledgeHandover "caseId=$CASE")
call member -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{"data": {"outcome": "accepted", "contactPerson": "連携 恵"}}
JSON
said "member: Task_AcknowledgeHandover"

# 30. manager: Task_DecideClosure (ours: who decides a closure is not stated)
TASK=$(task manager Task_DecideClosure "caseId=$CASE")
call manager -X POST "$API/tasks/$TASK/submission" -d @- <<JSON >/dev/null
{"data": {"decision": "closed", "decidedOn": "$(day 0)", "documentNo": "福政第１８号"}}
JSON
said "manager: Task_DecideClosure"

# 31. The case is closed and watched over.
PHASE=$(call coordinator "$API/cases/$CASE" | pick '["case"]["phase"]')
CLOSED=$(call coordinator "$API/cases/$CASE" | pick '["case"]["closedAt"]')
said "phase $PHASE, closed at $CLOSED"
[ "$PHASE" = watch ] && [ "$CLOSED" != None ]

# Who did what, in order; only the last three are shown.
call auditor "$API/cases/$CASE/events" | python3 -c "
import json, sys
for e in json.load(sys.stdin)[-3:]: print(e['seq'], e['recordedAt'], e['actor'], e['kind'], e['step'] or '', e['processId'] or '')"
