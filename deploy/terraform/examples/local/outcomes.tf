# The central bus: outcomes come in from each account and go to a log. Further rules may tell a ticket system or a chat.

resource "aws_cloudwatch_event_bus" "outcomes" {
  name = "riposte-outcomes"
}

resource "aws_cloudwatch_event_bus_policy" "outcomes" {
  event_bus_name = aws_cloudwatch_event_bus.outcomes.name
  policy         = data.aws_iam_policy_document.outcomes.json
}

# An account may tell of its cases, and as riposte alone: nobody is believed for what stands in an outcome.
data "aws_iam_policy_document" "outcomes" {
  statement {
    sid       = "AccountsTell"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.outcomes.arn]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.shop_account}:root"]
    }
    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["riposte"]
    }
  }
}

resource "aws_cloudwatch_event_rule" "outcomes" {
  name           = "riposte-outcomes"
  event_bus_name = aws_cloudwatch_event_bus.outcomes.name
  event_pattern  = jsonencode({ source = ["riposte"] })
}

resource "aws_cloudwatch_event_target" "outcomes" {
  rule           = aws_cloudwatch_event_rule.outcomes.name
  event_bus_name = aws_cloudwatch_event_bus.outcomes.name
  target_id      = "log"
  arn            = aws_cloudwatch_log_group.outcomes.arn
}

resource "aws_cloudwatch_log_group" "outcomes" {
  name              = "/aws/events/riposte-outcomes" # EventBridge writes to groups of this path
  retention_in_days = 365
}

resource "aws_cloudwatch_log_resource_policy" "outcomes" {
  policy_name     = "riposte-outcomes"
  policy_document = data.aws_iam_policy_document.log.json
}

data "aws_iam_policy_document" "log" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.outcomes.arn}:*"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
    }
  }
}
