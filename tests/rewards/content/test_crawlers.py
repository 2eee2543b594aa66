"""People and programs told apart by what they say of themselves; the texts are as their makers publish them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from rewards.content.crawlers import is_program
from rewards.content.links import machine_click

CASES = Path(__file__).parents[4] / "shared" / "cases"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A.230803.041; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
PEOPLE = [
    f"{MAC} Version/17.4 Safari/605.1.15",
    f"{MAC}",
    f"{WINDOWS} Chrome/147.0.0.0 Safari/537.36",
    f"{WINDOWS} Chrome/147.0.0.0 Safari/537.36 Edg/147.0.0.0",
    f"{WINDOWS} Chrome/147.0.0.0 Safari/537.36 OPR/120.0.0.0",
    f"{WINDOWS} Chrome/147.0.0.0 Safari/537.36 Vivaldi/7.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36",
    f"{IPHONE} CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1",
    f"{IPHONE} FxiOS/126.0 Mobile/15E148 Safari/605.1.15",
    f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1 (Ecosia ios@9.0.0.1234)",
    f"{IPHONE} GSA/316.0.630091404 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.29.8962",
    f"{IPHONE} Mobile/15E148 "
    "[FBAN/FBIOS;FBAV/465.0.0.41.99;FBBV/601186911;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBSS/3;FBCR/;FBID/phone;FBLC/de_DE;FBOP/"
    "80]",
    f"{IPHONE} Mobile/15E148 Instagram 332.0.5.29.96 (iPhone15,2; iOS 17_5; de_DE; de; scale=3.00; 1179x2556; 602226190)",
    f"{IPHONE} Mobile/15E148 Barcelona 332.0.0.32.96 (iPhone15,2; iOS 17_5; en_US; en; scale=3.00; 1179x2556)",
    f"{IPHONE} Mobile/15E148 Twitter for iPhone/10.44",
    f"{IPHONE} Mobile/15E148 Safari/604.1 [Pinterest/iOS]",
    f"{IPHONE} Mobile/21F79 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN",
    f"{IPHONE} Safari Line/14.7.0",
    f"{IPHONE} Mobile/15E148 Snapchat/12.87.0.40 (like Safari/8618.2.12.10.9, panda)",
    f"{IPHONE} Mobile/15E148 KAKAOTALK 10.7.5",
    f"{IPHONE} Mobile/15E148 musical_ly_34.6.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/de Region/DE",
    f"{ANDROID} Chrome/124.0.6367.179 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/465.0.0.49.108;]",
    f"{ANDROID} Chrome/124.0.6367.179 Mobile Safari/537.36 WhatsApp/2.24.10.78",
    f"{ANDROID} Chrome/124.0.6367.179 Mobile Safari/537.36 Telegram-Android/10.12.0 (Google Pixel 8; Android 14; SDK 34; AVERAGE)",
    f"{ANDROID} Chrome/124.0.6367.179 Mobile Safari/537.36 LinkedInApp/4.1.940",
    f"{ANDROID} Chrome/124.0.6367.179 Mobile Safari/537.36 TeamsMobile-Android/1416",
    f"{ANDROID} Chrome/124.0.6367.179 Mobile Safari/537.36 Outlook-Android/2.0",
    f"{ANDROID} Chrome/124.0.6367.179 Mobile Safari/537.36 XING/2024.20",
    f"{ANDROID} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
    f"{WINDOWS} Slack/4.38.125 Chrome/124.0.6367.207 Electron/30.0.6 Safari/537.36",
    f"{WINDOWS} discord/1.0.9147 Chrome/120.0.6099.291 Electron/28.2.10 Safari/537.36",
    f"{WINDOWS} Teams/1.6.00.4472 Chrome/102.0.5005.167 Electron/19.1.8 Safari/537.36",
    "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16",
]  # fmt: skip
PROGRAMS = [
    "", "  ", "Mozilla/5.0", "Mozilla/4.0 (compatible;)", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebookcatalog/1.0", "meta-externalagent/1.1",
    "Twitterbot/1.0", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "TelegramBot (like TwitterBot)", "WhatsApp/2.23.20.0 A",
    "WhatsApp/2.2413.51 N", "Viber/16.0.0.5 CFNetwork/1335.0.3", "SkypeUriPreview Preview/0.5",
    "Mastodon/4.3.0 (http.rb/5.2.0; +https://m.example/)",
    "Akkoma 3.10.4; https://social.example <admin@social.example>", "Misskey/2024.5.0", "Pleroma 2.6.2; https://p.example",
    "Friendica 'Interrupted Fern' 2024.03",
    "Bluesky Cardyb/1.1; +mailto:support@bsky.app", "Lemmy/0.19.3; +https://lemmy.example", "gotosocial/0.15.0 (+https://social.example)",
    "Hackney/1.20.1",
    "Mozilla/5.0 (compatible; Iframely/1.3.1; +https://iframely.com/docs/about)",
    "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
    f"{MAC} Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    f"{WINDOWS} HeadlessChrome/124.0.6367.60 Safari/537.36", f"{WINDOWS} Chrome/124.0.0.0 Safari/537.36 Chrome-Lighthouse",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/124.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 "
    "Safari/537.36",
    f"{WINDOWS} Chrome/116.0.0.0 Safari/537.36 BingPreview/1.0b", f"{WINDOWS} Chrome/116.0.0.0 Safari/537.36 MicrosoftPreview/2.0",
    f"{ANDROID} Chrome/124.0.0.0 Mobile Safari/537.36 (compatible; Google-InspectionTool/1.0;)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; .NET4.0C; .NET4.0E; ms-office; MSOffice 16)",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Word 16.0.17531; Pro)", "Microsoft Office Word 2014",
    "Microsoft Office Existence Discovery",
    "Microsoft Office Protocol Discovery", "Microsoft-WebDAV-MiniRedir/10.0.19045", "Mozilla/4.0 (compatible; ms-office; MSOffice rmj)",
    f"{WINDOWS} Chrome/99.0.4844.84 Safari/537.36 Proofpoint", f"{WINDOWS} Chrome/99.0 Safari/537.36 Mimecast", "Barracuda Sentinel (EE)",
    f"{WINDOWS} Chrome/124.0.0.0 Safari/537.36 (DatadogSynthetics)",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    f"{MAC} Chrome/61.0.3163.100 Safari/537.36 PingdomPageSpeed/1.0 (pingbot/2.0; +http://www.pingdom.com/)",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "curl/8.5.0", "Wget/1.21.4", "python-requests/2.32.3", "Python/3.12 aiohttp/3.9.5", "python-httpx/0.27.0", "Go-http-client/2.0",
    "Java/17.0.11",
    "Apache-HttpClient/4.5.14 (Java/17.0.11)", "okhttp/4.12.0", "axios/1.7.2", "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "node", "undici",
    "got (https://github.com/sindresorhus/got)", "Ruby", "Faraday v2.9.0", "GuzzleHttp/7", "PHP/8.3.7", "libwww-perl/6.77",
    "Dart/3.4 (dart:io)",
    "PostmanRuntime/7.39.0", "insomnia/9.2.0", "HTTPie/3.2.2", "k6/0.51.0 (https://k6.io/)", "PowerShell/7.4.2",
    "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)",
    "Mozilla/5.0 (Windows NT; Windows NT 10.0; de-DE) WindowsPowerShell/5.1.19041.4412", "CFNetwork/1494.0.7 Darwin/23.4.0",
    "MyApp/1 CFNetwork/1494.0.7 Darwin/23.4.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:74.0) Gecko/20100101 Firefox/74.0 Qualys",
    f"{MAC} Chrome/126.0.0.0 Safari/537.36 Checkly",
    f"{WINDOWS} Chrome/126.0.0.0 Safari/537.36 SentinelOne", f"{IPHONE} Mobile/15E148 LinkPresentation/1",
    "ZoominfoBot (zoominfobot at zoominfo dot com)", "GPTBot/1.1",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    f"{WINDOWS} Chrome/124.0.0.0 Safari/537.36 (scan@gateway.example)", "Mozilla/5.0 (" + "x" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("text", PEOPLE)
def test_a_browser_is_a_person_also_within_an_app(text: str) -> None:
    assert not is_program(text)
    assert machine_click(text, "GET", {}) == ""


@pytest.mark.parametrize("text", PROGRAMS)
def test_what_fetches_scans_or_watches_is_a_program(text: str) -> None:
    assert is_program(text)
    assert machine_click(text, "GET", {}) == "bot"


def test_the_cases() -> None:
    with (CASES / "user-agents.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 9
    assert [row for row in rows if is_program(row["user-agent"]) is (row["who"] == "person")] == []
