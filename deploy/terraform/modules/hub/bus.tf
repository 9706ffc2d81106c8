# The bus takes events from other accounts and regions; its rule hands them to the queue. (Events of this account and region
# go to the queue directly.) EventBridge stamps the sender's account on an event, and nobody but AWS may use a source that
# begins with "aws."; of what AWS sends, only records go on: whoever may send from an account could else forward all that it
# has, and drown the others'.

locals {
  # A rule's pattern holds at most 2,048 characters: a hundred accounts.
  senders = length(var.accounts) == 0 ? { all = null } : {
    for i, some in chunklist(sort(distinct(concat(var.accounts, [local.account]))), 100) : tostring(i) => some
  }
  foreign = var.organization_id != "" || length(var.accounts) > 0
}

resource "aws_cloudwatch_event_bus" "events" {
  name = "${var.name}-events"
  tags = var.tags
}

resource "aws_cloudwatch_event_bus_policy" "events" {
  count          = local.foreign ? 1 : 0
  event_bus_name = aws_cloudwatch_event_bus.events.name
  policy         = data.aws_iam_policy_document.bus.json
}

data "aws_iam_policy_document" "bus" {
  statement {
    sid       = "AccountsSend"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.events.arn]
    principals {
      type        = "AWS"
      identifiers = var.organization_id != "" || length(var.accounts) == 0 ? ["*"] : [for a in var.accounts : "${local.prefix}:iam::${a}:root"]
    }
    dynamic "condition" {
      for_each = var.organization_id == "" ? [] : [var.organization_id]
      content {
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = [condition.value]
      }
    }
    dynamic "condition" {
      for_each = length(var.accounts) == 0 ? [] : [var.accounts]
      content {
        test     = "StringEquals"
        variable = "aws:PrincipalAccount"
        values   = condition.value
      }
    }
  }
}

resource "aws_cloudwatch_event_rule" "events" {
  for_each       = local.senders
  name           = "${var.name}-events-${each.key}"
  description    = "What the spokes forward, to riposte's queue."
  event_bus_name = aws_cloudwatch_event_bus.events.name
  state          = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" # reads, too: what spokes forward was chosen there
  event_pattern = jsonencode(merge(
    { source = [{ prefix = "aws." }], detail-type = ["AWS API Call via CloudTrail", "AWS Console Sign In via CloudTrail", "EC2 Instance State-change Notification", "EC2 Instance-launch Lifecycle Action"] },
    each.value == null ? {} : { account = each.value },
  ))
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "events" {
  for_each       = local.senders
  rule           = aws_cloudwatch_event_rule.events[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.events.name
  target_id      = "queue"
  arn            = aws_sqs_queue.events.arn
  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }
}
