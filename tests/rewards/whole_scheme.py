"""A scheme that uses every field of the language, none at its default."""

WHOLE = """
name: whole
title: Everything
note: For those who decide.
membership: enrolled
rules:
  - id: share
    title: Share
    on: share
    when: {all: [{any: [{segment: [sales, shop]}, {channel: [x]}]}, {not: {tag: [internal]}}, {weekday: [mon, tue]}]}
    points: 5.125
    per: unit
    per_object: once
    decay: {factor: 1/2, window: week}
    multipliers: [{factor: 3/2, when: {compare: {field: quantity, op: ">=", value: 2}}}, {factor: 0.5}]
    caps: [{window: day, points: 10}, {window: total, points: 100, scope: object}, {window: month, points: 50, scope: pair}]
    cooldown_minutes: 10
    verification: tracked
    until_verified: 1/5
    hold_hours: 24
    nature: {worth: symbolic, publicity: public, expectation: surprise}
  - id: thanks
    title: Thanked
    on: kudos
    beneficiary: owner
    when: {in: {field: verification, values: [tracked, connector]}}
    points: 1
caps: [{window: month, points: 400}]
unrewarded_channels: [facebook]
channel_rules: listed
badges:
  - id: regular
    title: Regular
    description: Again and again.
    groups:
      - - {metric: events, of: share, at_least: 10, when: {tag: [a]}, beneficiary: owner, per_object: once, window: month}
        - {metric: awards, of: share, at_least: 3}
      - - {metric: points, at_least: 100}
        - {metric: streak, of: weekdays, at_least: 5}
        - {metric: quantity, of: share, at_least: 4, scope: all}
    penalties: [{on: complaint, when: {channel: [x]}, beneficiary: owner, takes: 2}, {on: retraction, takes: all}]
    permanent: false
    points: 3
    levels: [{id: gold, title: Golden, times: 2, points: 4}]
    nature: {worth: tangible, publicity: private, expectation: surprise}
  - id: well-read
    title: Well read
    groups: [[{metric: events, of: click, at_least: 7, scope: object}]]
    once_per: object
levels: [{id: voice, title: Voice, points: 100}]
streaks:
  - id: weekdays
    title: Working days
    kinds: [share, comment]
    when: {tag: [a]}
    days: [mon, wed]
    freezes: 2
    freeze_window: month
    repair: {missed_days: 2, events: 3}
challenges:
  - {id: spring, title: Spring, description: Together., metric: awards, of: share, goal: 50, starts: 2026-03-01, days: 31, unit: segment,
     points: 6, nature: {worth: tangible, publicity: private, expectation: surprise}}
leaderboards:
  - {id: board, title: Board, window: week, group: team, top: 5, per_head: true, minimum_group: 6, pseudonyms: true}
  - {id: own, title: Own, window: week, group: segment, neighbours: 3, top: 5}
recognition:
  kudos: {allowance: 50, period: week, gift: 5, per_pair: 2, reciprocal_limit: 4, spendable: true}
  highlights: [{title: Best, share: 1/20, every_days: 14, nature: {worth: tangible, publicity: private, expectation: surprise}}]
  nominations:
    - {id: helper, title: Helper, every_days: 30, per_person: 2, winners: 3, points: 7,
       nature: {worth: tangible, publicity: private, expectation: surprise}}
rewards:
  - {id: mug, title: Mug, description: Blue., points: 40, stock: 9, budget_points: 900, approval: true, refund: always,
     unit_cost_cents: 850, nature: {worth: symbolic, publicity: public, expectation: surprise}}
award_budget: {points: 700, window: week}
calendar:
  zone: Europe/Madrid
  grace_hours: 48
  holidays: [{date: 2026-12-25, title: Christmas Day}, {date: 2026-12-26, title: Boxing Day, segments: [shop]}]
  redemption_expiry_days: 365
privacy: {minimum_group: 8, boards_opt_in: false}
fair_play: {review_above_per_hour: 30}
"""
