# run_as = "lambda": the function, what invokes it (events, its own wake-up calls, a tick each minute), and its log.

resource "aws_lambda_function" "riposte" {
  count            = local.lambda ? 1 : 0
  function_name    = "${var.name}-function"
  description      = "Watches, recognises, answers."
  role             = aws_iam_role.own.arn
  filename         = var.lambda_zip
  source_code_hash = filebase64sha256(var.lambda_zip)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = var.memory_mb
  timeout          = local.function_seconds
  tags             = var.tags

  environment {
    variables = { for name, value in {
      RIPOSTE_CONFIG_TEXT  = var.config_location == "" ? var.config : ""
      RIPOSTE_CONFIG       = var.config_location
      RIPOSTE_CONFIG_OWNER = startswith(var.config_location, "s3:") ? local.account : ""
    } : name => value if value != "" } # none of them: riposte.yaml lies in the package
  }
  lifecycle {
    precondition {
      condition     = var.lambda_zip != null
      error_message = "run_as = \"lambda\" needs lambda_zip: make lambda builds bin/riposte-lambda-arm64.zip."
    }
  }
  depends_on = [aws_iam_role_policy.own, aws_cloudwatch_log_group.function] # else Lambda makes a log that is kept for ever
}

resource "aws_cloudwatch_log_group" "function" {
  count             = local.lambda ? 1 : 0
  name              = "/aws/lambda/${var.name}-function"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_event_source_mapping" "events" {
  count                   = local.lambda ? 1 : 0
  event_source_arn        = aws_sqs_queue.events.arn
  function_name           = aws_lambda_function.riposte[0].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = var.concurrency
  }
}

# The function's messages to itself: look again in 5, 30, 90 seconds. They say only that it is time; a lost or doubled one
# does no harm. The function takes no event from here, only from the queues that its configuration names; nobody else sends here all the same.
# What can't be read is not kept: the tick comes anyhow.
resource "aws_sqs_queue" "wake" {
  count                      = local.lambda ? 1 : 0
  name                       = "${var.name}-wake"
  visibility_timeout_seconds = 6 * local.function_seconds
  message_retention_seconds  = 3600
  sqs_managed_sse_enabled    = true
  policy                     = data.aws_iam_policy_document.wake.json
  tags                       = var.tags
}

data "aws_iam_policy_document" "wake" {
  statement {
    sid       = "NobodyElseWakes"
    effect    = "Deny"
    actions   = ["sqs:SendMessage"]
    resources = [local.wake_arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = [aws_iam_role.own.arn]
    }
  }
  source_policy_documents = [data.aws_iam_policy_document.encrypted["wake"].json]
}

resource "aws_lambda_event_source_mapping" "wake" {
  count                   = local.lambda ? 1 : 0
  event_source_arn        = aws_sqs_queue.wake[0].arn
  function_name           = aws_lambda_function.riposte[0].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = max(2, ceil(var.concurrency / 2))
  }
}

resource "aws_cloudwatch_event_rule" "tick" {
  count               = local.lambda ? 1 : 0
  name                = "${var.name}-tick"
  description         = "Whatever is due is done, even if a wake-up call was lost."
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "tick" {
  count     = local.lambda ? 1 : 0
  rule      = aws_cloudwatch_event_rule.tick[0].name
  target_id = "function"
  arn       = aws_lambda_function.riposte[0].arn
  input     = jsonencode({ riposte = "tick" })
}

resource "aws_lambda_permission" "tick" {
  count         = local.lambda ? 1 : 0
  statement_id  = "tick"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.riposte[0].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.tick[0].arn
}
