"""Named values for kinds of companies."""

from __future__ import annotations

# Each value is our assumption about a kind of company, within the parameter's prior where one is stated; values that a company knows
# belong in the scenario's own `values`. Clicks are 1.4, 1.6 and 0.8 times the default's.
PRESETS: dict[str, dict[str, float]] = {
    "default": {},
    # B2B software: contacts who need the product, confident staff, products worth talking about.
    "b2b_software": {"motivation_mean": 0.45, "fear_mean": 0.25, "click_base": 0.0048, "image_weight": 0.18},
    # Regulated finance: supervision makes a wrong word dear, everything is approved first, fewer occasions.
    "regulated_finance": {
        "fear_mean": 0.5,
        "fear_weight": 1.5,
        "fear_sanction": 0.4,
        "opportunities_per_week": 2.0,
        "green_light_relief": 0.75,
    },
    # Small firm: everybody knows everybody, so norms, recognition and colleagues' fates weigh more.
    "small_firm": {
        "motivation_mean": 0.5,
        "norm_up": 1.2,
        "norm_attention": 0.5,
        "recognition_weight": 0.3,
        "sanction_seen": 0.4,
        "opportunities_per_week": 3.5,
    },
    # Professional services: people sell their own name, so image and feedback weigh more.
    "professional_services": {
        "image_weight": 0.22,
        "feedback_weight": 1.0,
        "motivation_mean": 0.45,
        "click_base": 0.0054,
    },
    # Retail and other shop-floor work: little time at a screen, contacts who are friends, consumer content.
    "frontline_retail": {
        "opportunities_per_week": 1.5,
        "non_desk_opportunities": 0.3,
        "friction_cost": 1.5,
        "strong_tie_share": 0.3,
        "click_base": 0.0027,
    },
    # Health care: patients' privacy feeds fear; the purpose of the work feeds motivation.
    "health_care": {
        "fear_mean": 0.5,
        "fear_weight": 1.3,
        "motivation_mean": 0.5,
        "non_desk_opportunities": 0.3,
    },
    # Public sector: small rewards, much caution, purpose.
    "public_sector": {
        "fear_mean": 0.45,
        "reward_weight": 0.3,
        "motivation_mean": 0.45,
        "opportunities_per_week": 2.0,
    },
}
