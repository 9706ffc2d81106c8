# Events in. A message that fails again and again goes to the dead-letter queue, where it is kept for a fortnight.

locals {
  queue_arn = "${local.prefix}:sqs:${local.region}:${local.account}:${var.name}-events"
  dead_arn  = "${local.prefix}:sqs:${local.region}:${local.account}:${var.name}-dead-letters"
  wake_arn  = "${local.prefix}:sqs:${local.region}:${local.account}:${var.name}-wake"
  # Rules that may deliver: that of the bus (rule/riposte-events/...), and those of a spoke in this account and region.
  rule_arns = ["${local.prefix}:events:${local.region}:${local.account}:rule/${var.name}-*"]
}

resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.dead.json
  tags                      = var.tags
}

resource "aws_sqs_queue" "events" {
  name                       = "${var.name}-events"
  visibility_timeout_seconds = local.lambda ? 6 * local.function_seconds : 60
  receive_wait_time_seconds  = 20
  message_retention_seconds  = 4 * 24 * 3600
  sqs_managed_sse_enabled    = true
  tags                       = var.tags
  lifecycle {
    ignore_changes = [policy, redrive_policy] # these two are the resources below
  }
}

resource "aws_sqs_queue_redrive_policy" "events" {
  queue_url = aws_sqs_queue.events.url
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = var.max_receives
  })
}

resource "aws_sqs_queue_policy" "events" {
  queue_url  = aws_sqs_queue.events.url
  policy     = data.aws_iam_policy_document.events.json
  depends_on = [aws_sqs_queue_redrive_policy.events] # one attribute after the other: emulators forget the first
}

# What stands in a message is believed: who may send one may make riposte see what never happened, or an undo by somebody
# who may. So only EventBridge sends, which vouches for source and account; a role with sqs:SendMessage on everything can't.
data "aws_iam_policy_document" "events" {
  statement {
    sid       = "RulesDeliver"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = local.rule_arns
    }
  }
  statement {
    sid       = "NobodyElseDelivers"
    effect    = "Deny"
    actions   = ["sqs:SendMessage"]
    resources = [local.queue_arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "BoolIfExists"
      variable = "aws:PrincipalIsAWSService"
      values   = ["false"]
    }
    dynamic "condition" {
      for_each = length(var.redrive_principals) > 0 ? [1] : []
      content {
        test     = "ArnNotLike"
        variable = "aws:PrincipalArn"
        values   = var.redrive_principals
      }
    }
  }
  source_policy_documents = [data.aws_iam_policy_document.encrypted["events"].json]
}

# Events that EventBridge could not deliver come here, too. What is put back from here is believed like any other.
data "aws_iam_policy_document" "dead" {
  statement {
    sid       = "RulesLeaveWhatTheyCantDeliver"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = local.rule_arns
    }
  }
  statement {
    sid       = "NobodyElseLeaves"
    effect    = "Deny"
    actions   = ["sqs:SendMessage"]
    resources = [local.dead_arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "BoolIfExists"
      variable = "aws:PrincipalIsAWSService"
      values   = ["false"]
    }
  }
  source_policy_documents = [data.aws_iam_policy_document.encrypted["dead"].json]
}

data "aws_iam_policy_document" "encrypted" {
  for_each = { events = local.queue_arn, dead = local.dead_arn, wake = local.wake_arn, answers = local.answers_arn, answers_dead = local.answers_dead_arn }
  statement {
    sid       = "OnlyByTLS"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
