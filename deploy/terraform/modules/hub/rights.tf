# What riposte may do itself, as internal/permissions lists it for the tier "own": take messages, keep its record, and
# assume its tiers' roles. Whatever it does in an account it does as one of those.

locals {
  role_owners = length(var.accounts) > 0 ? sort(distinct(concat(var.accounts, [local.account]))) : (
    var.organization_id != "" ? ["*"] : [local.account]
  )
  tiers      = ["audit", "tag", "report", "contain", "author", "destroy"]
  tier_roles = [for p in setproduct(local.role_owners, local.tiers) : "${local.prefix}:iam::${p[0]}:role${var.role_path}riposte-${p[1]}"]
}

resource "aws_iam_role" "own" {
  name               = "${var.name}-own"
  description        = "riposte itself, as a ${var.run_as}"
  assume_role_policy = local.lambda ? data.aws_iam_policy_document.function.json : data.aws_iam_policy_document.daemon.json
  tags               = var.tags
}

data "aws_iam_policy_document" "function" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "daemon" {
  dynamic "statement" {
    for_each = length(var.daemon_services) > 0 ? [1] : []
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "Service"
        identifiers = var.daemon_services
      }
    }
  }
  dynamic "statement" {
    for_each = length(var.daemon_principals) > 0 ? [1] : []
    content {
      actions = ["sts:AssumeRole"]
      principals {
        type        = "AWS"
        identifiers = var.daemon_principals
      }
    }
  }
}

resource "aws_iam_role_policy" "own" {
  name   = "own"
  role   = aws_iam_role.own.id
  policy = data.aws_iam_policy_document.own.json
}

data "aws_iam_policy_document" "own" {
  statement {
    sid       = "Receive"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = concat([aws_sqs_queue.events.arn], aws_sqs_queue.wake[*].arn, var.trail_queue_arn == null ? [] : [var.trail_queue_arn])
  }
  statement {
    sid       = "Record"
    actions   = local.record_calls
    resources = [aws_dynamodb_table.record.arn, "${aws_dynamodb_table.record.arn}/index/*"]
  }
  statement {
    sid       = "Enter"
    actions   = ["sts:AssumeRole"]
    resources = local.tier_roles
    dynamic "condition" {
      for_each = var.organization_id == "" ? [] : [var.organization_id]
      content {
        test     = "StringEquals"
        variable = "aws:ResourceOrgID"
        values   = [condition.value]
      }
    }
  }
  dynamic "statement" {
    for_each = local.lambda ? [1] : []
    content {
      sid       = "WakeLater"
      actions   = ["sqs:SendMessage"]
      resources = aws_sqs_queue.wake[*].arn
    }
  }
  dynamic "statement" {
    for_each = local.lambda ? [1] : []
    content {
      sid       = "Log"
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = ["${aws_cloudwatch_log_group.function[0].arn}:*"]
    }
  }
  dynamic "statement" {
    for_each = var.discover ? [1] : []
    content {
      sid = "Discover"
      actions = [
        "organizations:ListRoots", "organizations:ListAccounts", "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
      ]
      resources = ["*"]
    }
  }
  dynamic "statement" {
    for_each = var.report_bus_arn == null ? [] : [var.report_bus_arn]
    content {
      sid       = "Publish"
      actions   = ["events:PutEvents"]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.trail_bucket_arn == null ? [] : [var.trail_bucket_arn]
    content {
      sid       = "ReadTrail"
      actions   = ["s3:GetObject"]
      resources = ["${statement.value}/*"]
    }
  }
  dynamic "statement" {
    for_each = var.trail_bucket_arn == null ? [] : [var.trail_bucket_arn]
    content {
      sid       = "ListTrail"
      actions   = ["s3:ListBucket"]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.trail_key_arn == null ? [] : [var.trail_key_arn]
    content {
      sid       = "DecryptTrail"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}

locals {
  record_calls = [
    "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan",
    "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem",
  ]
}
