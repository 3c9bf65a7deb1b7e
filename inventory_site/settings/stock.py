"""Electronics stock and its AI helpers."""

from inventory_site.settings import env

_MIB = 1024 * 1024

STOCK_MAX_IMAGE_BYTES = env.integer(
    "STOCK_MAX_IMAGE_BYTES", 10 * _MIB, "Largest picture of the stock, in bytes."
)
STOCK_MAX_DOCUMENT_BYTES = env.integer(
    "STOCK_MAX_DOCUMENT_BYTES", 100 * _MIB, "Largest PDF of the stock, in bytes."
)
STOCK_FETCH_ALLOW_HOSTS = env.items(
    "STOCK_FETCH_ALLOW_HOSTS",
    (),
    "`host:port` pairs that links and datasheets may be fetched from although they are private.",
)
STOCK_PLAN_HOURS = env.integer(
    "STOCK_PLAN_HOURS", 24, "Hours for which a reorganisation plan can be applied."
)
OPENAI_API_KEY = env.text("OPENAI_API_KEY", "", "Key of the AI service; blank switches AI off.")
OPENAI_BASE_URL = env.text("OPENAI_BASE_URL", "", "Address of the AI service, when not OpenAI's.")
OPENAI_MODEL = env.text("OPENAI_MODEL", "gpt-5-mini", "Model that AI helpers ask.")
OPENAI_TIMEOUT_S = env.integer("OPENAI_TIMEOUT_S", 60, "Seconds to wait for one answer of it.")
AI_RETRY_WAIT_S = env.decimal(
    "AI_RETRY_WAIT_S", 4, "Seconds before a failed AI call is tried again; then twice as long."
)
AI_DAILY_COST_LIMIT_USD = env.decimal(
    "AI_DAILY_COST_LIMIT_USD", 5, "Most money for AI calls in one day, in USD."
)
AI_INPUT_USD_PER_MILLION = env.decimal(
    "AI_INPUT_USD_PER_MILLION", 0.25, "Price of a million input tokens."
)
AI_OUTPUT_USD_PER_MILLION = env.decimal(
    "AI_OUTPUT_USD_PER_MILLION", 2.0, "Price of a million output tokens."
)
