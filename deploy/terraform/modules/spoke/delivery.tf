# From the default bus to the hub. EventBridge tries for a day; what can't be delivered is kept.

resource "aws_cloudwatch_event_rule" "calls" {
  for_each      = local.rules
  name          = "${var.name}-${each.key}"
  description   = "Calls that riposte looks at."
  event_pattern = jsonencode(each.value.pattern)
  state         = each.value.state
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "hub" {
  for_each  = local.rules
  rule      = aws_cloudwatch_event_rule.calls[each.key].name
  target_id = "hub"
  arn       = local.direct ? var.queue.arn : var.bus_arn
  role_arn  = one(aws_iam_role.deliver[*].arn) # a queue is reached by its own policy, and no role
  dead_letter_config {
    arn = local.direct ? var.queue.dead_letter_arn : aws_sqs_queue.undelivered[0].arn
  }
  lifecycle {
    precondition {
      condition     = (var.bus_arn == null) == local.direct
      error_message = "Events go to bus_arn or to queue: one of them."
    }
    precondition {
      condition     = !local.direct || startswith(coalesce(try(var.queue.arn, null), "-"), "arn:${local.partition}:sqs:${local.region}:${local.account}:")
      error_message = "A queue is a target in its own account and region only: give bus_arn here."
    }
  }
}

resource "aws_iam_role" "deliver" {
  count              = local.direct ? 0 : 1
  name               = "${var.name}-deliver-${local.region}"
  description        = "EventBridge hands events to riposte's bus."
  assume_role_policy = data.aws_iam_policy_document.eventbridge.json
  tags               = var.tags
}

data "aws_iam_policy_document" "eventbridge" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    # EventBridge says for whom it comes: userguide/cross-service-confused-deputy-prevention.html
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role_policy" "deliver" {
  count  = local.direct ? 0 : 1
  name   = "deliver"
  role   = aws_iam_role.deliver[0].id
  policy = data.aws_iam_policy_document.deliver[0].json
}

data "aws_iam_policy_document" "deliver" {
  count = local.direct ? 0 : 1
  statement {
    actions   = ["events:PutEvents"]
    resources = [var.bus_arn]
  }
}

resource "aws_sqs_queue" "undelivered" {
  count                     = local.direct ? 0 : 1
  name                      = "${var.name}-undelivered"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.undelivered.json
  tags                      = var.tags
}

data "aws_iam_policy_document" "undelivered" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-undelivered"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:events:${local.region}:${local.account}:rule/${var.name}-*"]
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  count               = local.direct ? 0 : 1
  alarm_name          = "${var.name}-undelivered"
  alarm_description   = "Events of this region do not reach the hub."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.undelivered[0].name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  tags                = var.tags
}
