"""What does a letter look like that uses all of the theme? It shows a theme before it is saved."""

from typing import Final

from uems.outreach.templates.model import TemplateSpec

_HEAD: Final = """<mjml>
  <mj-head><mj-attributes>
    <mj-all font-family="{{ theme.font }}" color="{{ theme.text_color }}"/>
    <mj-button background-color="{{ theme.primary_color }}" color="#ffffff" border-radius="{{ theme.radius }}px"/>
  </mj-attributes></mj-head>
  <mj-body background-color="{{ theme.background_color }}">
    <mj-raw>{% if theme.logo_url != '' %}</mj-raw>
    <mj-section><mj-column>
      <mj-image src="{{ theme.logo_url }}" width="{{ theme.logo_width }}px" alt="{{ theme.sender }}" align="left"/>
    </mj-column></mj-section>
    <mj-raw>{% endif %}</mj-raw>
    <mj-section background-color="{{ theme.surface_color }}" border-radius="{{ theme.radius }}px"><mj-column>
"""
_FOOT: Final = """
    </mj-column></mj-section>
    <mj-section><mj-column>
      <mj-text color="{{ theme.muted_color }}" font-size="12px">{{ theme.sender }}<br/>{{ theme.address }}<br/>{{ theme.footer }}</mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>"""
_SAYS: Final = {
    "zh": ("您的订单已发货", "您好！您的订单今天已经发货，预计三天内送达。", "查看订单", "有问题？请回复本邮件或访问我们的帮助页面。"),
    "en": ("Your order is on its way", "Hello! Your order left us today and should be with you within three days.", "See the order",
           "Questions? Answer this letter or open our help page."),
}  # fmt: skip


def _body(language: str) -> str:
    title, text, button, help_ = _SAYS[language]
    link = f'<a href="https://example.com/help" style="color:{{{{ theme.link_color }}}}">{help_}</a>'
    middle = (
        f'<mj-text font-size="20px">{title}</mj-text><mj-text>{text}</mj-text>'
        f'<mj-button href="https://example.com">{button}</mj-button><mj-text>{link}</mj-text>'
    )
    return f"{_HEAD}{middle}{_FOOT}"


SAMPLE: Final = TemplateSpec.model_validate(
    {"variants": {language: {"subject": said[0], "format": "mjml", "body": _body(language)} for language, said in _SAYS.items()}}
)
