"""The law of loan recovery as dated data and pure functions; a lawyer can review this folder
alone.

**What is where.** `parameters/` holds one TOML file for each value of the law: what it is, from
which day, and the article it rests on, marked V (article read), S (secondary source) or U (from
memory). Where only the first day is from memory, `certain_from` is the first day that is sure: an
answer by the law of a day before it is unconfirmed. `numbering/` maps article numbers between
editions. The modules named after a subject (`fees`, `deadlines`, `limitation`, `interest`,
`doubled`, `appropriation`, `auction`, …) hold the rules.

**Calling a rule.** Every rule takes a `LawBook`, the day whose law applies, and its inputs by
name, and gives an `Answer`:

    from recovery.law.book import LawBook
    from recovery.law.deadlines import appeal_of_judgment
    from recovery.law.fees import acceptance_fee

    book = LawBook.standard()               # or the one that `rulebook` builds from the database
    answer = acceptance_fee(book, today, amount=Decimal("86543.21"))
    answer.amount("fee")                    # Decimal("1963.58"); also .day() .number() .flag()
    appeal_of_judgment(book, today, trigger=served_on).day("deadline")

An `Answer` keeps `values`, `nominal` and `rolled` day, `articles` and `source` (numbered as on
that day), `versions` of the parameters, of the `calendar` and of the `book`, `provisional`
(rest days of the year are not published yet), `confirmed` (no value is only [S] or [U]) and the
`trace`: a list of `kernel.text.Text`, Chinese or English by the reader.

**By name.** `registry.ask(rule, inputs, book, today)` and `registry.evaluate(...)` answer any
rule from plain JSON values (`evaluate` gives JSON values back); import `recovery.law.rules`
first, so that `registry.RULES` is complete. An input `on` names the day whose law applies;
without it the law of the event's day does (`dated_by`), where there is one event, else of today.

**Errors.** `NoLawInForce`: the book has nothing for that day. `BadInput`: `field` and `reason`.

**Additions.** `book.with_additions(Additions(...))` adds parameter versions, confirmations,
settings of courts and provinces, and calendar days; `book.at("court:…", "province:…")` applies
the settings of those places. Both give a new immutable book; `book.version` is the digest of
its content.

**Calendar.** `book.calendar.is_working_day(day)`, `.next_working_day(day)`,
`.last_working_day(day)`, `.add_working_days(day, n)`, `.is_known(day)`.
"""
